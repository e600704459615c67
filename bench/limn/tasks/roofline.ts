import { withScratch, type Kernels } from '../../../src/linalg/kernels.js'
import { operand, parallelGemm } from '../../../src/linalg/matmul.js'
import { measurePeak } from '../../../src/linalg/peak.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../../../src/linalg/team.js'
import { randomStream } from '../../../src/random/random.js'
import type { Task } from '../task.js'
import { step } from '../../../src/linalg/steps.js'

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

/** Positions of a hidden layer, panels of four pairs that the engine takes of a row at this many, and rows to share out. */
const [positions, panels, rows] = [64, 30, 256]

/**
 * Duals of ReLU per second on all threads: G and Ġ of one pair at one position, and the product of the chain rule. The step
 * alone, on blocks of pairs in cache, as the recursion runs it between its products. Its speed does not depend on the numbers;
 * repeated in place, it approaches a fixed point.
 */
function dualSpeed(kernels: Kernels): number {
  const { call } = kernels
  const ld = positions * 32
  const random = randomStream(1, 'bench duals')
  return withScratch(kernels, (scratch) => {
    const constants = scratch.alloc(call.dualConstants())
    call.fillDualConstants(0, constants)
    // Four variances and their roots for each position; the rows' panels, then the columns'.
    const table = Float64Array.from({ length: (rows / 4 + panels) * positions * 8 })
    for (let at = 0; at < table.length; at += 8) {
      for (let lane = at; lane < at + 4; lane++) {
        table[lane] = 0.5 + random.uniform()
        table[lane + 4] = Math.sqrt(table[lane])
      }
    }
    const variances = scratch.put(table)
    const blockBytes = panels * ld
    const workBytes = Math.ceil(call.dualWorkspace() / 64) * 64
    const threadBytes = 2 * blockBytes + workBytes
    const memory = scratch.alloc(threadBytes * threadsOf(kernels))
    scratch.f64(memory, (threadBytes * threadsOf(kernels)) / 8).fill(0)
    const [k, theta, work] = [0, blockBytes, 2 * blockBytes].map((at) => perThread(memory + at, threadBytes))
    const block = [fromTask(0), 1, rows / 4, panels] as const
    const duals = step('dualPanels', 0, 0, 1, positions, constants, variances, ...block, k, theta, ld, work)
    const tasks = Array.from({ length: rows }, (_, row) => [row])
    return (rows * panels * 4 * positions) / best(() => parallelSteps(kernels, [duals], tasks))
  })
}

/** GB/s of a sum of two vectors on one thread: what is known of the machine where no peer tells more. */
function bandwidth(length: number): number {
  const [a, b, c] = [1, 1, 0].map((value) => new Float64Array(length).fill(value))
  const seconds = best(() => {
    for (let i = 0; i < length; i++) c[i] = a[i] + b[i]
  })
  return (24 * length) / seconds / 1e9
}

/** Speed of limn's own dense product, on one thread and on all, and of its duals on all. */
export const roofline: Task =
  (_folder, { side, length }, kernels) =>
  () => {
    const found = {
      f32: measurePeak('f32', kernels),
      f64: measurePeak('f64', kernels),
      f32All: productSpeed(kernels, 'f32', side),
      f64All: productSpeed(kernels, 'f64', side),
      duals: dualSpeed(kernels),
      bandwidth: bandwidth(length),
    }
    return {
      answer: () =>
        new Map(Object.entries(found).map(([key, value]) => [key, { shape: [1], data: Float64Array.of(value) }])),
    }
  }
