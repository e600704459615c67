import { createMask, type Mask } from '../../../src/network/mask.js'
import { randomStream } from '../../../src/random/random.js'

/** A mask from rows of 0 and 1: `maskOf('110', '001')`. */
export const maskOf = (...rows: string[]): Mask =>
  createMask(rows.length, rows[0].length, Uint8Array.from(rows.join(''), Number))

/** Every weight survives with probability p, independently. */
export function bernoulli(rows: number, cols: number, p: number, seed: number): Mask {
  const random = randomStream(seed, 'bernoulli', rows, cols)
  return createMask(
    rows,
    cols,
    Uint8Array.from({ length: rows * cols }, () => (random.uniform() < p ? 1 : 0)),
  )
}

/** Every row has the same number of survivors, at random places. */
export function constantFanIn(rows: number, cols: number, degree: number, seed: number): Mask {
  const random = randomStream(seed, 'fan-in', rows, cols)
  const data = new Uint8Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const order = Array.from({ length: cols }, (_, j) => ({ j, at: random.uniform() })).sort((a, b) => a.at - b.at)
    order.slice(0, degree).forEach(({ j }) => (data[i * cols + j] = 1))
  }
  return createMask(rows, cols, data)
}

export const transposed = ({ rows, cols, data }: Mask): Mask =>
  createMask(
    cols,
    rows,
    Uint8Array.from({ length: data.length }, (_, k) => data[(k % rows) * cols + Math.floor(k / rows)]),
  )
