import { randomStream } from '../../src/random/random.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { loadData } from '../../src/node/samples/load-data.js'
import type { Parameters } from '../contestant.js'
import { readMatrix, writeInput, writeMatrix } from '../inputs.js'

/** `[d, n, …, n, C]` */
export function sizesOf({ inputs, width, hiddenLayers, classes }: Parameters): number[] {
  return [inputs, ...Array.from({ length: hiddenLayers }, () => width), classes]
}

/** Pairs [n_{l−1}, n_l] of every matrix. */
export function shapesOf(parameters: Parameters): [number, number][] {
  const sizes = sizesOf(parameters)
  return sizes.slice(1).map((rows, i) => [sizes[i], rows])
}

export function totalWeights(parameters: Parameters): number {
  return shapesOf(parameters).reduce((sum, [cols, rows]) => sum + rows * cols, 0)
}

/** Forward, gradient and error of every matrix, except the first one's error; two for each weight and sample. */
export function gradientFlops(parameters: Parameters): number {
  const [cols, rows] = shapesOf(parameters)[0]
  return parameters['samples'] * (6 * totalWeights(parameters) - 2 * rows * cols)
}

/** A dense He-initialised network as w0, w1, … in f32, standard parameterisation, no biases. */
export function writeNetwork(folder: string, parameters: Parameters): void {
  const network = initialize(createSpec({ sizes: sizesOf(parameters), parameterization: 'standard' }), 1)
  network.layers.forEach(({ weight, mask }, i) => {
    writeInput(folder, `w${i}`, { shape: [mask.rows, mask.cols], data: Float32Array.from(weight) })
  })
}

/** Random masks mask0, mask1, …: every entry is kept with probability `density`. */
export function writeMasks(folder: string, parameters: Parameters): void {
  shapesOf(parameters).forEach(([cols, rows], i) => {
    const random = randomStream(1, 'bench mask', i)
    const data = Uint8Array.from({ length: rows * cols }, () => (random.uniform() < parameters['density'] ? 1 : 0))
    writeInput(folder, `mask${i}`, { shape: [rows, cols], data })
  })
}

/** Standardised, class-balanced MNIST as `x`, f32 or f64, and `labels`. */
export function writeMnist(folder: string, samples: number, precision: 'f32' | 'f64'): void {
  const { x, labels } = loadData('mnist', { samples, seed: 0, needLabels: true })
  if (precision === 'f64') writeMatrix(folder, 'x', x)
  else writeInput(folder, 'x', { shape: [x.rows, x.cols], data: Float32Array.from(x.data) })
  writeInput(folder, 'labels', { shape: [x.rows], data: labels })
}

/** Σ over pairs i ≤ j of the coordinates in which both samples differ from the least value, the background of an image. */
export function sharedCoordinates(folder: string): number {
  const { rows, cols, data } = readMatrix(folder, 'x')
  const background = data.reduce((least, value) => Math.min(least, value), Infinity)
  let shared = 0
  for (let j = 0; j < cols; j++) {
    let count = 0
    for (let i = 0; i < rows; i++) if (data[i * cols + j] !== background) count++
    shared += (count * (count + 1)) / 2
  }
  return shared
}
