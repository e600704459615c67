import { matrix, type Matrix } from '../../linalg/matrix.js'
import { columnSums, rowSums } from './fit/align.js'
import type { Values } from './estimators/estimator.js'
import { leadingSingular } from './fit/singular.js'

/** How far above the edge of the noise the leading singular value must be. */
const margin = 1.05

/** Takes from every row of R its part along v. */
function removeAlong({ rows, cols, data }: Matrix, v: ArrayLike<number>): void {
  let square = 0
  for (let j = 0; j < cols; j++) square += v[j] * v[j]
  if (!(square > 0)) return
  for (let i = 0; i < rows; i++) {
    let dot = 0
    for (let j = 0; j < cols; j++) dot += data[i * cols + j] * v[j]
    for (let j = 0; j < cols; j++) data[i * cols + j] -= (dot / square) * v[j]
  }
}

/** Takes from every column of R its part along u. */
function removeAcross({ rows, cols, data }: Matrix, u: ArrayLike<number>): void {
  let square = 0
  for (let i = 0; i < rows; i++) square += u[i] * u[i]
  if (!(square > 0)) return
  const dots = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) dots[j] += u[i] * data[i * cols + j]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] -= (u[i] * dots[j]) / square
  }
}

/** Sums of r_i² over the rows of R, largest, and over its columns. */
function largestSquares({ rows, cols, data }: Matrix): readonly [number, number] {
  const [byRow, byColumn] = [new Float64Array(rows), new Float64Array(cols)]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const square = data[i * cols + j] ** 2
      byRow[i] += square
      byColumn[j] += square
    }
  }
  return [byRow.reduce((a, b) => Math.max(a, b), 0), byColumn.reduce((a, b) => Math.max(a, b), 0)]
}

function isBinary(values: Values): boolean {
  return 'kept' in values || values.data.every((value) => value === 0 || value === 1)
}

/**
 * Whether a mask has structure that an estimate does not: the leading singular value of R = A − P̂ against the norm that noise
 * of its rows and columns can reach, max_i √Σ_j R_ij² + max_j √Σ_i R_ij² (Bandeira and van Handel 2016; √(p(1−p)) (√n + √m) for
 * equal degrees). What degrees show by themselves is taken from R first, its parts along constant vectors and along the
 * degrees: bins cut through slopes, and that is their resolution, not something that they miss.
 *
 * Weighted masks have no noise of this kind: of them nothing is said.
 *
 * @param entries P̂ of every entry, as the estimate's bins have it
 */
export function isUnresolved(values: Values, entries: Matrix, seed: number): boolean {
  const { rows, cols, data } = values
  // An axis of one unit has nothing that degrees do not show.
  if (Math.min(rows, cols) < 2 || !isBinary(values)) return false
  const R = matrix(
    rows,
    cols,
    entries.data.map((p, k) => data[k] - p),
  )
  const [r, c] = [rowSums(values), columnSums(values)]
  const centred = (sums: ArrayLike<number>, mean: number) => Array.from(sums, (sum) => sum - mean)
  let total = 0
  for (let i = 0; i < rows; i++) total += r[i]
  const [row, column] = largestSquares(R)
  removeAlong(R, new Float64Array(cols).fill(1))
  removeAlong(R, centred(c, total / cols))
  removeAcross(R, new Float64Array(rows).fill(1))
  removeAcross(R, centred(r, total / rows))
  const edge = Math.sqrt(row) + Math.sqrt(column)
  if (!(edge > 0)) return false
  return leadingSingular(R, 1, seed).values[0] > margin * edge
}
