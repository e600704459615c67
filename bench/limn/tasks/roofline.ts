import { withScratch, type Kernels } from '../../../src/linalg/kernels.js'
import { operand, parallelGemm } from '../../../src/linalg/matmul.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { measurePeak } from '../../../src/linalg/peak.js'
import { denseNtk } from '../../../src/ntk/dense-ntk.js'
import { randomStream } from '../../../src/random/random.js'
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

const samples = 768
const [fewLayers, manyLayers] = [2, 34]

/**
 * Duals of ReLU per second on all threads: an angle and a root for G and Ġ of one pair, and the product of the chain rule.
 * From what further layers add to the time of a dense network's NTK, where nothing but duals happens in them.
 */
function dualSpeed(kernels: Kernels): number {
  const random = randomStream(1, 'bench duals')
  const x = matrix(
    samples,
    8,
    Float64Array.from({ length: samples * 8 }, () => random.normal()),
  )
  const seconds = (hiddenLayers: number) => {
    const sizes = [x.cols, ...Array.from({ length: hiddenLayers }, () => 1), 1]
    return best(() => denseNtk(sizes, x, { kernels }))
  }
  const added = seconds(manyLayers) - seconds(fewLayers)
  return ((manyLayers - fewLayers) * ((samples * (samples + 1)) / 2)) / added
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
