import type { Matrix } from '../../linalg/matrix.js'
import { NumbersError } from '../../numbers-error.js'

/** A non-negative matrix as r_i c_j, with how much of it that leaves unexplained. */
export interface RankOne {
  readonly rows: Float64Array
  readonly cols: Float64Array
  /** ‖A − r cᵀ‖² / ‖A‖²; 0 for the zero matrix. */
  readonly misfit: number
}

const mostSteps = 200

/**
 * The rank-one matrix nearest to a non-negative one in the Frobenius norm, by alternating least squares
 * r = A c / ‖c‖², c = Aᵀ r / ‖r‖², started from the column means. Both stay non-negative (Perron and Frobenius), and a row
 * or column of zeros gets the profile 0. Scaled so that the mean of c is 1.
 *
 * Least squares rather than row and column means: large entries decide which weights survive, and r_i c_j should be right there.
 *
 * @throws RangeError when an entry is negative or not finite
 */
export function fitRankOne({ rows, cols, data }: Matrix): RankOne {
  const wrong = data.find((value) => !(value >= 0 && value < Infinity))
  if (wrong !== undefined) throw new NumbersError(`fitRankOne: expected finite non-negative entries, got ${wrong}`)
  const norm = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0)
  const total = norm(data)
  let r = new Float64Array(rows)
  let c = new Float64Array(cols)
  if (total === 0) return { rows: r, cols: c.fill(1), misfit: 0 }
  for (let k = 0; k < data.length; k++) c[k % cols] += data[k] / rows
  let fitted = 0
  for (let step = 0; step < mostSteps; step++) {
    const squares = norm(c)
    r = Float64Array.from(r, (_, i) => {
      let sum = 0
      for (let j = 0; j < cols; j++) sum += data[i * cols + j] * c[j]
      return sum / squares
    })
    const rowSquares = norm(r)
    c = new Float64Array(cols)
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) c[j] += (data[i * cols + j] * r[i]) / rowSquares
    const now = rowSquares * norm(c)
    if (now - fitted <= 1e-14 * total) break
    fitted = now
  }
  const mean = c.reduce((sum, value) => sum + value, 0) / cols
  return {
    rows: r.map((value) => value * mean),
    cols: c.map((value) => value / mean),
    misfit: Math.max(0, 1 - (norm(r) * norm(c)) / total),
  }
}
