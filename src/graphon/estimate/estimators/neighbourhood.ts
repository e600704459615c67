import { mean } from '../../../linalg/statistics.js'
import { matmul } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { clampUnit } from '../fit/binning.js'
import { constantFit, forEntries, type Fit } from '../fit/fit.js'
import { selectSmallest } from '../fit/order-statistic.js'
import { overlapDistances } from '../fit/overlaps.js'
import type { Values } from './estimator.js'
import { smoothed } from './smoothed.js'

/** Multiples of √(log n / n), the share of units that count as neighbours; the first takes all. */
const bandwidths = [Infinity, 2, 1, 0.5, 0.25]

const neighbourCount = (n: number, bandwidth: number): number =>
  Math.min(n, Math.max(1, Math.round(bandwidth * Math.sqrt(n * Math.log(Math.max(2, n))))))

/** For every unit the distance of its `count`-th nearest, itself included. */
function reach({ rows: n, data }: Matrix, count: number): Float64Array {
  const row = new Float64Array(n)
  return Float64Array.from({ length: n }, (_, i) => {
    row.set(data.subarray(i * n, (i + 1) * n))
    return selectSmallest(row, count - 1)
  })
}

/** N: in row i, 1 / their number at the `count` units nearest to i, itself and ties included. */
function weights(distances: Matrix, count: number): Matrix {
  const { rows: n, data } = distances
  const limits = reach(distances, count)
  const result = matrix(n, n)
  for (let i = 0; i < n; i++) {
    const from = i * n
    let near = 0
    for (let k = 0; k < n; k++) if (data[from + k] <= limits[i]) near++
    for (let k = 0; k < n; k++) if (data[from + k] <= limits[i]) result.data[from + k] = 1 / near
  }
  return result
}

/** Places of the non-zero entries of every row. */
function neighbours({ rows, cols, data }: Matrix): Int32Array[] {
  return Array.from({ length: rows }, (_, i) => {
    const found: number[] = []
    for (let k = 0; k < cols; k++) if (data[i * cols + k] > 0) found.push(k)
    return Int32Array.from(found)
  })
}

/** N_out A N_inᵀ; at single entries only the second average of those. */
function bothAverages(a: Matrix, out: Matrix, into: Matrix): Fit {
  const half = matmul(out, a)
  return {
    at(entries) {
      const near = neighbours(into)
      const values = new Float64Array(entries.length)
      forEntries(entries, a.cols, (place, row, column) => {
        const units = near[column]
        const from = row * a.cols
        let sum = 0
        for (let k = 0; k < units.length; k++) sum += half.data[from + units[k]]
        values[place] = Math.min(1, Math.max(0, sum / units.length))
      })
      return values
    },
    all: () => clampUnit(matmul(half, into, { transposeB: true })),
  }
}

/** Where all units are neighbours: the density. */
function flat({ rows, cols, data }: Matrix): Fit {
  return constantFit(rows, cols, Math.min(1, Math.max(0, mean(data))))
}

function smoother(values: Values): (bandwidth: number) => Fit {
  const a = matrix(values.rows, values.cols, Float64Array.from(values.data))
  const byRow = overlapDistances(a, 'rows')
  const byColumn = overlapDistances(a, 'columns')
  return (bandwidth) => {
    if (bandwidth === Infinity) return flat(a)
    const side = (distances: Matrix) => weights(distances, neighbourCount(distances.rows, bandwidth))
    return bothAverages(a, side(byRow), side(byColumn))
  }
}

/**
 * Neighbourhood smoothing (Zhang, Levina and Zhu 2017) of a bipartite matrix: P̂ = N_out A N_inᵀ, where each unit averages
 * over the units of its side whose connections look alike, a share of order √(log n / n) of them. Against the paper:
 * distances are root mean squares over third units instead of maxima, so that they are matrix products; both sides average
 * at once, since rows and columns have neighbours of their own; and the constant of the share is chosen on held-out entries.
 */
export const neighbourhood = smoothed('neighbourhood', 'averages over units with alike connections', {
  settings: () => bandwidths,
  prepare: smoother,
})
