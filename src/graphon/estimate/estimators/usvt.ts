import { mean } from '../../../linalg/statistics.js'
import { matmul } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { clampUnit } from '../fit/binning.js'
import { constantFit, denseFit, type Fit } from '../fit/fit.js'
import { leadingSingular, type SingularTriples } from '../fit/singular.js'
import type { Values } from './estimator.js'
import { smoothed } from './smoothed.js'

/** How far above the edge of the noise a singular value must be: Chatterjee's η. */
const margin = 1.01
const firstTry = 16
/** Singular values below this share of the first are rounding. */
const rounding = 1e-9

/** Largest Σ_j (x_j − mean)² over the rows of `a`, or over its columns. */
function largestSpread({ rows, cols, data }: Matrix, byRows: boolean): number {
  const [count, length] = byRows ? [rows, cols] : [cols, rows]
  const sums = new Float64Array(count)
  const squares = new Float64Array(count)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]
      const at = byRows ? i : j
      sums[at] += value
      squares[at] += value * value
    }
  }
  return sums.reduce((most, sum, at) => Math.max(most, squares[at] - (sum * sum) / length), 0)
}

/** All triples above the threshold. */
function above(a: Matrix, threshold: number, seed: number): SingularTriples {
  const most = Math.min(a.rows, a.cols)
  for (let k = Math.min(most, firstTry); ; k = Math.min(most, 2 * k)) {
    const found = leadingSingular(a, k, seed)
    const least = Math.max(threshold, rounding * found.values[0])
    const count = found.values.findIndex((value) => !(value > least))
    if (count < 0 && k < most) continue
    const rank = count < 0 ? k : count
    const top = (m: Matrix) => matrix(rank, m.cols, m.data.slice(0, rank * m.cols))
    return { values: found.values.slice(0, rank), left: top(found.left), right: top(found.right) }
  }
}

function thresholded(values: Values, seed: number): Fit {
  const a = matrix(values.rows, values.cols, Float64Array.from(values.data))
  const threshold = margin * (Math.sqrt(largestSpread(a, true)) + Math.sqrt(largestSpread(a, false)))
  const { values: sigma, left, right } = above(a, threshold, seed)
  // Below the noise altogether: all that can be said is the density.
  if (sigma.length === 0) return constantFit(a.rows, a.cols, Math.min(1, Math.max(0, mean(a.data))))
  const scaled = matrix(
    left.rows,
    left.cols,
    left.data.map((value, k) => value * sigma[Math.floor(k / left.cols)]),
  )
  return denseFit(clampUnit(matmul(scaled, right, { transposeA: true })))
}

/**
 * Universal singular value thresholding (Chatterjee 2015): keep the singular values above what noise can reach, clip to
 * [0, 1]. For independent entries of variances s_ij² noise has the norm (1 + o(1)) (max_i √Σ_j s_ij² + max_j √Σ_i s_ij²) at
 * most (Bandeira and van Handel 2016); the variances of a row are estimated from above by the spread of its entries. For
 * equal degrees this is Chatterjee's (2 + η) √(n p (1 − p)).
 */
export const usvt = smoothed('usvt', 'singular values above the noise (USVT)', {
  settings: () => ['above the noise'],
  prepare: (values, seed) => () => thresholded(values, seed),
})
