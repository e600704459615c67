import { oneHot } from '../../../../src/data/one-hot.js'
import type { Tensor } from '../../../../src/data/tensor.js'
import { readInput, readList } from '../../../inputs.js'
import type { LibraryTask } from '../task.js'
import { openJax, type JaxArray } from './jax.js'

/** Steps that are timed: at half a second each, fewer than the case's own; all of them are taken before an answer. */
const timed = 2

/** One step of gradient descent on a masked network, dense and jitted; weights are kept masked. */
export const trainJax: LibraryTask = {
  library: '@jax-js/jax',
  async load(folder, { classes, learningRate, steps }) {
    const jax = await openJax()
    const { numpy, nn } = jax
    const place = ({ shape, data }: Tensor): JaxArray => numpy.array(Float32Array.from(data)).reshape(shape)
    const [initial, masks] = [readList(folder, 'w').map(place), readList(folder, 'mask').map(place)]
    const shapes = readList(folder, 'w').map(({ shape }) => shape)
    const [x, labels] = [readInput(folder, 'x'), readInput(folder, 'labels')]
    const samples = place(x)
    const hot = oneHot(labels.data, classes)
    const targets = place({ shape: [hot.rows, hot.cols], data: hot.data })
    const loss = (weights: JaxArray[], h: JaxArray, y: JaxArray): JaxArray => {
      weights.forEach((w, i) => {
        const z = numpy.matmul(h, w.transpose())
        h = i + 1 < weights.length ? nn.relu(z) : z
      })
      return numpy.sum(nn.logSoftmax(h).mul(y)).mul(-1 / x.shape[0])
    }
    const gradient = jax.grad(loss)
    const step = jax.jit((weights: JaxArray[], kept: JaxArray[], h: JaxArray, y: JaxArray): JaxArray[] => {
      const found = gradient(
        weights.map((w) => w.ref),
        h,
        y,
      )
      return weights.map((w, i) => w.sub(found[i].mul(kept[i]).mul(learningRate)))
    })
    const next = async (weights: JaxArray[]): Promise<JaxArray[]> => {
      const found = step(
        weights,
        masks.map((m) => m.ref),
        samples.ref,
        targets.ref,
      )
      for (const w of found) await w.blockUntilReady()
      return found
    }
    return async () => {
      let weights = initial.map((w, i) => w.ref.mul(masks[i].ref))
      const begin = performance.now()
      for (let k = 0; k < timed; k++) weights = await next(weights)
      const seconds = (performance.now() - begin) / 1000 / timed
      return {
        seconds,
        async answer() {
          for (let k = timed; k < steps; k++) weights = await next(weights)
          const data = await Promise.all(weights.map((w) => w.data()))
          return new Map(data.map((values, i) => [`w${i}`, { shape: shapes[i], data: Float64Array.from(values) }]))
        },
      }
    }
  },
}
