import { withScratch, type Kernels } from '../../../src/linalg/kernels.js'
import { operand, parallelGemm } from '../../../src/linalg/matmul.js'
import { measurePeak } from '../../../src/linalg/peak.js'
import { parallel, threadsOf } from '../../../src/linalg/team.js'
import { reluDual } from '../../../src/ntk/duals/relu.js'
import type { Task } from '../task.js'

const repeats = 6

function best(step: () => void): number {
  let shortest = Infinity
  for (let repeat = 0; repeat < repeats; repeat++) {
    const begin = performance.now()
    step()
    shortest = Math.min(shortest, performance.now() - begin)
  }
  return shortest / 1000
}

/** GFLOP/s of a dense product on all threads. */
function productSpeed(kernels: Kernels, precision: 'f32' | 'f64', n: number): number {
  return withScratch(kernels, (scratch) => {
    const [a, b, c] = [0, 1, 2].map(() => scratch.alloc(n * n * 8))
    scratch.f64(a, n * n).fill(0)
    scratch.f64(b, n * n).fill(0)
    const seconds = best(() => parallelGemm(kernels, precision, [n, n, n], operand(a, n), operand(b, n), c, n))
    return (2 * n ** 3) / seconds / 1e9
  })
}

/** Pairs of one run of the dual kernel: with five arrays of them a run stays in the first-level cache. */
const pairs = 512
const runsPerTask = 200

/**
 * Duals of ReLU per second on all threads: G and Ġ ∘ Θ of pairs, the step that every layer of a recursion takes once for
 * each pair and position. Checked against the formula, so that the speed is that of the right numbers.
 *
 * @throws Error when the kernel's numbers are others
 */
function dualSpeed(kernels: Kernels): number {
  const threads = threadsOf(kernels)
  return withScratch(kernels, (scratch) => {
    const segment = scratch.alloc(16)
    const lists = Array.from({ length: threads }, () => Array.from({ length: 6 }, () => scratch.alloc((pairs + 8) * 8)))
    scratch.i32(segment, 4).set([0, 1, pairs, 0])
    const [q, step] = [1.5, 1.98 / pairs]
    for (const [variances, roots, k, theta] of lists) {
      scratch.f64(variances, pairs + 1).fill(q)
      scratch.f64(roots, pairs + 1).fill(Math.sqrt(q))
      scratch.f64(k, pairs).forEach((_, t, all) => (all[t] = q * (t * step - 0.99)))
      scratch.f64(theta, pairs).fill(1)
    }
    const args = lists.map(([variances, roots, k, theta, g, h]) => [
      ...[0, 0, 0, 1, segment, 1, variances, roots, pairs + 8],
      ...[k, theta, g, h, pairs],
    ])
    const tasks = Array.from({ length: runsPerTask * threads }, (_, t) => args[t % threads])
    const seconds = best(() => parallel(kernels, 'dualTile', tasks))
    const [, , k, , g, h] = lists[0]
    for (const t of [0, 1, pairs >> 1, pairs - 1]) {
      const expected = reluDual.pair(q, q, scratch.f64(k, pairs)[t])
      const far = Math.max(
        Math.abs(scratch.f64(g, pairs)[t] - expected.g),
        Math.abs(scratch.f64(h, pairs)[t] - expected.gDot),
      )
      if (!(far <= 1e-12)) throw new Error(`roofline: the dual kernel is off by ${far}; has its call changed?`)
    }
    return (pairs * tasks.length) / seconds
  })
}

/** Speed of limn's own dense product, on one thread and on all, and of its duals on all. */
export const roofline: Task =
  (_folder, { side }, kernels) =>
  () => {
    const found = {
      f32: measurePeak('f32', kernels),
      f64: measurePeak('f64', kernels),
      f32All: productSpeed(kernels, 'f32', side),
      f64All: productSpeed(kernels, 'f64', side),
      duals: dualSpeed(kernels),
    }
    return {
      answer: () =>
        new Map(Object.entries(found).map(([key, value]) => [key, { shape: [1], data: Float64Array.of(value) }])),
    }
  }
