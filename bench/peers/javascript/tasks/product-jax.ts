import type { LibraryTask } from '../task.js'
import { openJax } from './jax.js'

const repeats = 2

/** Dense products: the best of some repeats, GFLOP/s in f32. */
export const productJax: LibraryTask = {
  library: '@jax-js/jax',
  async load(_folder, { side }) {
    const { numpy } = await openJax()
    const a = numpy.array(new Float32Array(side * side).fill(0.5)).reshape([side, side])
    return async () => {
      let best = Infinity
      for (let repeat = 0; repeat < repeats; repeat++) {
        const begin = performance.now()
        const product = await numpy.matmul(a.ref, a.ref).blockUntilReady()
        best = Math.min(best, performance.now() - begin)
        product.dispose()
      }
      const speed = (2 * side ** 3) / best / 1e6
      return { answer: () => new Map([['f32', { shape: [1], data: Float64Array.of(speed) }]]) }
    }
  },
}
