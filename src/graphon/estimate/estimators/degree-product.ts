import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { columnSums, rowSums } from '../fit/align.js'
import { denseFit } from '../fit/fit.js'
import type { Values } from './estimator.js'
import { smoothed } from './smoothed.js'

/** Rounds of matching row and column sums of the capped product, and the accuracy that ends them. */
const mostRounds = 60
const accuracy = 1e-10
/** Standard errors that the spread of degrees must be above chance. */
const shown = 2

/**
 * Rates of the units of one side, with the noise taken out that sampling puts in: r̄ + s (r_i − r̄), s = 1 − noise variance /
 * observed variance (James–Stein). It keeps the order of the units, and makes equal what differs no more than chance: a
 * variance of n equal rates is off by √(2/(n − 1)) of itself, and what is not above that twice is taken for it.
 *
 * @param noise mean variance of a single rate
 */
function shrunk(sums: ArrayLike<number>, length: number, noise: number): Float64Array {
  const rates = Float64Array.from({ length: sums.length }, (_, i) => Math.max(0, sums[i] / length))
  const n = rates.length
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / n
  const variance = n > 1 ? rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (n - 1) : 0
  const chance = noise * (1 + shown * Math.sqrt(2 / Math.max(1, n - 1)))
  const share = variance > chance ? 1 - noise / variance : 0
  return rates.map((rate) => mean + share * (rate - mean))
}

/** Σ_j min(1, a b_j) of one unit. */
function cappedSum(a: number, b: Float64Array): number {
  let sum = 0
  for (const value of b) sum += Math.min(1, a * value)
  return sum
}

/** Scales each a_i towards the row sums wanted; the largest relative change. */
function match(a: Float64Array, b: Float64Array, rates: Float64Array): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const sum = cappedSum(a[i], b)
    if (!(sum > 0)) continue
    const factor = (rates[i] * b.length) / sum
    // A full row is met only in the limit: every entry 1.
    a[i] *= Math.min(4, factor)
    largest = Math.max(largest, Math.abs(factor - 1))
  }
  return largest
}

function product(values: Values): Matrix {
  const { rows, cols } = values
  const [rowTotal, colTotal] = [rowSums(values), columnSums(values)]
  let total = 0
  let squares = 0
  for (const value of rowTotal) total += value
  for (const value of values.data) squares += value * value
  const density = total / (rows * cols)
  if (!(density > 0)) return matrix(rows, cols)
  const spread = Math.max(0, squares / (rows * cols) - density * density)
  const r = shrunk(rowTotal, cols, spread / cols)
  const c = shrunk(colTotal, rows, spread / rows)
  const a = r.map((rate) => rate / density)
  const b = c.slice()
  const highest = a.reduce((x, y) => Math.max(x, y)) * b.reduce((x, y) => Math.max(x, y))
  if (highest > 1) {
    for (let round = 0; round < mostRounds; round++) {
      if (Math.max(match(a, b, r), match(b, a, c)) < accuracy) break
    }
  }
  const result = matrix(rows, cols)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result.data[i * cols + j] = Math.min(1, a[i] * b[j])
  }
  return result
}

/**
 * Degree product: P̂_ij = min(1, a_i b_j), the bipartite Chung–Lu model, with a and b such that row and column sums are the
 * observed ones after the part of their spread that is noise has been taken out (James–Stein). Exact in the limit for
 * graphons of the form r(u) c(v), constants among them, and with the parametric rate; wrong for any other.
 */
export const degreeProduct = smoothed('degree-product', 'product of the two units’ degrees', {
  settings: () => ['shrunk'],
  prepare: (values) => () => denseFit(product(values)),
})
