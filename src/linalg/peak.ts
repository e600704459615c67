import { defaultKernels, withScratch, type Kernels } from './kernels.js'
import { gemm, operand } from './matmul.js'

/** Side of the measured product: large enough to leave call overhead behind, small enough to take milliseconds. */
const side = 384
const repeats = 5

/** Speed of a dense product on this thread in GFLOP/s: the best of a few repeats. */
export function measurePeak(precision: 'f32' | 'f64', kernels: Kernels = defaultKernels()): number {
  return withScratch(kernels, (scratch) => {
    const [a, b, c] = [0, 1, 2].map(() => scratch.alloc(side * side * 8))
    const work = scratch.alloc(kernels.call.gemmWorkspace())
    scratch.f64(a, side * side * 2).fill(0)
    let best = Infinity
    for (let repeat = 0; repeat < repeats; repeat++) {
      const begin = performance.now()
      gemm(kernels, precision, [side, side, side], operand(a, side), operand(b, side), c, side, work)
      best = Math.min(best, performance.now() - begin)
    }
    return (2 * side ** 3) / best / 1e6
  })
}
