import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { filled, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { randomStream, type RandomStream } from '../../src/random/random.js'

export function randomMatrix(rows: number, cols: number, draw: () => number): Matrix {
  return matrix(rows, cols, Float64Array.from({ length: rows * cols }, draw))
}

/** N standard normal samples in d dimensions. */
export function normalSamples(n: number, d: number, seed: number): Matrix {
  const random = randomStream(seed, 'samples')
  return randomMatrix(n, d, () => random.normal())
}

export function randomMeasure(bins: number, random: RandomStream): Float64Array {
  const parts = Float64Array.from({ length: bins }, () => 0.2 + random.uniform())
  const sum = parts.reduce((a, b) => a + b, 0)
  return parts.map((part) => part / sum)
}

export interface ChainShape {
  readonly d: number
  readonly bins: readonly number[]
  readonly classes: number
  readonly seed: number
  /** Draw energies V ≠ W too. */
  readonly energies?: boolean
  /** First matrix dense. */
  readonly denseFirst?: boolean
}

/** A chain with random densities, measures and, where asked, energies. */
export function randomChain({ d, bins, classes, seed, energies, denseFirst }: ChainShape): GraphonChain {
  const random = randomStream(seed, 'chain')
  const shape = [d, ...bins, classes]
  const layers = (draw: () => number): Matrix[] => shape.slice(1).map((rows, l) => randomMatrix(rows, shape[l], draw))
  const W = layers(() => random.uniform())
  if (denseFirst) W[0] = filled(shape[1], d, 1)
  const measures = bins.map((k) => randomMeasure(k, random))
  return energies ? { W, V: layers(() => 1.5 * random.uniform()), measures } : { W, measures }
}

/** The constant chain c on all L + 1 matrices. */
export function constantChain(c: number, d: number, bins: readonly number[], classes: number): GraphonChain {
  const shape = [d, ...bins, classes]
  return {
    W: shape.slice(1).map((rows, l) => filled(rows, shape[l], c)),
    measures: bins.map((k) => new Float64Array(k).fill(1 / k)),
  }
}

/** max |a − b| / max |b|. */
export function relativeError(a: Float64Array, b: Float64Array): number {
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / (size > 0 ? size : 1)
}
