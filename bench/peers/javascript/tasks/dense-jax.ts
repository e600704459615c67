import { readMatrix } from '../../../inputs.js'
import type { LibraryTask } from '../task.js'
import { openJax } from './jax.js'

/** The NTK of the dense ReLU network, jitted. In f32: products in f64 are thirty times slower than those in f32. */
export const denseJax: LibraryTask = {
  library: '@jax-js/jax',
  async load(folder, { hiddenLayers }) {
    const jax = await openJax()
    const { numpy } = jax
    const { rows: n, cols, data } = readMatrix(folder, 'x')
    const norms = Float32Array.from({ length: n }, (_, i) =>
      Math.sqrt(data.subarray(i * cols, (i + 1) * cols).reduce((sum, value) => sum + value * value, 0)),
    )
    const x = numpy.array(Float32Array.from(data, (value) => value / Math.sqrt(cols))).reshape([n, cols])
    const roots = numpy.array(norms.map((value) => value / Math.sqrt(cols)))
    // σ_w² 2 keeps the variances of the samples through all hidden layers.
    const kernel = jax.jit((samples: typeof x, root: typeof x) => {
      const size = root.ref.reshape([n, 1]).mul(root.reshape([1, n]))
      let k = numpy.matmul(samples.ref, samples.transpose())
      let theta = k.ref
      for (let layer = 0; layer < hiddenLayers; layer++) {
        const inverse = layer === hiddenLayers - 1 ? 1 / (2 * Math.PI) : 1 / Math.PI
        const cosine = numpy.clip(k.div(size.ref), -1, 1)
        const angle = numpy.arccos(cosine.ref).mul(-1).add(Math.PI)
        const sine = numpy.sqrt(cosine.ref.mul(cosine.ref).mul(-1).add(1))
        k = sine.add(cosine.mul(angle.ref)).mul(size.ref).mul(inverse)
        theta = k.ref.add(theta.mul(angle).mul(inverse))
      }
      k.dispose()
      size.dispose()
      return theta
    })
    return async () => {
      const theta = await kernel(x.ref, roots.ref).data()
      return { answer: () => new Map([['ntk', { shape: [n, n], data: Float64Array.from(theta) }]]) }
    }
  },
}
