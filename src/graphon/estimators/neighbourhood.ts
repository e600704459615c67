import { matmul } from '../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../linalg/matrix.js'
import { columnSums } from '../align.js'
import { clampUnit } from '../binning.js'
import { tune } from '../held-out.js'
import { smoothed } from './smoothed.js'

/** Multiples of √(log n / n), the share of units that count as neighbours; the last takes all. */
const bandwidths = [0.25, 0.5, 1, 2, Infinity]
/** Folds that it is chosen on. */
const tuningFolds = 2

/**
 * Squared distances between the rows of A by how they overlap with third rows: with G = A Aᵀ,
 *
 *     d²(i, i') = Σ_{k ≠ i, i'} (G_ik − G_i'k)².
 *
 * Overlaps with third rows have no noise on their mean P Pᵀ, while those of a row with itself do, hence k ≠ i, i'.
 */
function rowDistances(a: Matrix): Matrix {
  const G = matmul(a, a, { transposeB: true })
  const GG = matmul(G, G, { transposeB: true })
  const n = a.rows
  const result = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const overlap = G.data[i * n + k]
      const own = G.data[i * n + i] - overlap
      const other = overlap - G.data[k * n + k]
      const all = GG.data[i * n + i] + GG.data[k * n + k] - 2 * GG.data[i * n + k]
      // A difference of large sums: what is left of equal rows is rounding.
      result.data[i * n + k] = i === k ? 0 : Math.max(0, all - own * own - other * other)
    }
  }
  return result
}

/** The rows of a distance matrix, each sorted. */
function sortedRows({ rows, cols, data }: Matrix): Matrix {
  const result = matrix(rows, cols, data.slice())
  for (let i = 0; i < rows; i++) result.data.subarray(i * cols, (i + 1) * cols).sort()
  return result
}

/** Row i of the result: the mean of the `count` rows of `a` nearest to row i, itself and ties included. */
function averaged(a: Matrix, distances: Matrix, sorted: Matrix, count: number): Matrix {
  const n = a.rows
  const result = matrix(n, a.cols)
  for (let i = 0; i < n; i++) {
    const limit = sorted.data[i * n + count - 1]
    const row = result.data.subarray(i * a.cols, (i + 1) * a.cols)
    let near = 0
    for (let k = 0; k < n; k++) {
      if (distances.data[i * n + k] > limit) continue
      near++
      const from = k * a.cols
      for (let j = 0; j < a.cols; j++) row[j] += a.data[from + j]
    }
    for (let j = 0; j < a.cols; j++) row[j] /= near
  }
  return result
}

/** Every row the mean of all rows. */
function flat(a: Matrix): Matrix {
  const means = columnSums(a)
  return matrix(
    a.rows,
    a.cols,
    a.data.map((_, k) => means[k % a.cols] / a.rows),
  )
}

function smoother(a: Matrix): (bandwidth: number) => Matrix {
  const byRow = rowDistances(a)
  const byColumn = rowDistances(transpose(a))
  const [rowsSorted, columnsSorted] = [sortedRows(byRow), sortedRows(byColumn)]
  return (bandwidth) => {
    if (bandwidth === Infinity) return clampUnit(transpose(flat(transpose(flat(a)))))
    const count = (n: number) =>
      Math.min(n, Math.max(1, Math.round(bandwidth * Math.sqrt(n * Math.log(Math.max(2, n))))))
    const half = transpose(averaged(a, byRow, rowsSorted, count(a.rows)))
    return clampUnit(transpose(averaged(half, byColumn, columnsSorted, count(a.cols))))
  }
}

/**
 * Neighbourhood smoothing (Zhang, Levina and Zhu 2017) of a bipartite matrix: P̂ = N_out A N_inᵀ, where each unit averages
 * over the units of its side whose connections look alike, a share of order √(log n / n) of them. Against the paper:
 * distances are root mean squares over third units instead of maxima, so that they are matrix products; both sides average
 * at once, since rows and columns have neighbours of their own; and the constant of the share is chosen on held-out entries.
 */
export const neighbourhood = smoothed('averages over units with alike connections', (values, { seed }) => {
  const a = matrix(values.rows, values.cols, Float64Array.from(values.data))
  return smoother(a)(tune(a, bandwidths, smoother, { seed, most: tuningFolds }))
})
