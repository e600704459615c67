import type { Matrix } from '../../linalg/matrix.js'
import { scaledDifference, scaledUp } from './difference.js'
import { findNorm, type NormName } from './norms.js'
import type { NormBounds, NormOptions } from './norm.js'
import { NumbersError } from '../../numbers-error.js'

export interface DistanceOptions extends NormOptions {
  readonly norm: NormName
  /** Bin measures of the rows, positive, summing to 1. Default: all rows alike. */
  readonly rowMeasure?: Float64Array
  /** Bin measures of the columns. Default: all columns alike. */
  readonly colMeasure?: Float64Array
}

/** A distance with what is certain about it: lower ≤ true value ≤ upper, up to rounding. */
export interface DistanceResult extends NormBounds {
  readonly norm: NormName
  /** The value itself when `exact`, else the best value reached (`lower`). */
  readonly value: number
  /** Whether lower = upper = value, up to rounding. */
  readonly exact: boolean
}

/** @throws RangeError naming the first entry that is not finite */
export function checkFinite(name: string, { cols, data }: Matrix): void {
  const at = data.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const where = `row ${Math.floor(at / cols)}, column ${at % cols} of ${name}`
  throw new NumbersError(`distance: expected finite entries, got ${data[at]} at ${where}`)
}

/** @throws RangeError when a measure has not one positive entry for each bin, or does not sum to 1 */
export function checkMeasure(name: string, measure: Float64Array, bins: number): void {
  if (measure.length !== bins) {
    throw new NumbersError(`distance: expected ${bins} entries in ${name}, got ${measure.length}`)
  }
  const total = measure.reduce((sum, value) => sum + value, 0)
  if (!(measure.every((value) => value > 0) && Math.abs(total - 1) <= 1e-9)) {
    throw new NumbersError(`distance: expected a positive ${name} that sums to 1, got sum ${total}`)
  }
}

/**
 * Distance of two step functions on [0, 1]² with the same bins.
 *
 *     l1   mean |A − B|          l2   √ mean (A − B)²          cut   max over S, T of |Σ_{S×T} (A − B)| / (rows · columns)
 *
 * where means and sums weight bins by their measures. `upper` is zero exactly when the matrices are equal. A non-zero
 * distance below the smallest f64 has `lower` 0 and `upper` the smallest f64.
 *
 * @param a `[rows, cols]`
 * @param b the same shape
 * @throws RangeError when shapes differ, an entry is not finite, a measure does not fit, `gap` is negative, or the distance is
 *   beyond f64
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { distance } from 'limn/graphon'
 *
 * const checkerboard = matrixOf([[1, 0], [0, 1]])
 * const half = matrixOf([[0.5, 0.5], [0.5, 0.5]])
 * // Everywhere off by ½, and yet hardly anything for large sets of rows and columns.
 * console.log(distance(checkerboard, half, { norm: 'l1' }).value, distance(checkerboard, half, { norm: 'cut' }).value)
 * // 0.5 0.125
 */
export function distance(a: Matrix, b: Matrix, options: DistanceOptions): DistanceResult {
  const { norm, rowMeasure, colMeasure, gap } = options
  const { rows, cols } = a
  if (!(rows === b.rows && cols === b.cols)) {
    throw new NumbersError(`distance: expected equal shapes, got ${rows} × ${cols} and ${b.rows} × ${b.cols}`)
  }
  if (!(rows > 0 && cols > 0)) throw new NumbersError(`distance: expected non-empty matrices, got ${rows} × ${cols}`)
  if (gap !== undefined && !(gap >= 0)) throw new NumbersError(`distance: expected a gap of at least 0, got ${gap}`)
  checkFinite('the first matrix', a)
  checkFinite('the second matrix', b)
  if (rowMeasure) checkMeasure('rowMeasure', rowMeasure, rows)
  if (colMeasure) checkMeasure('colMeasure', colMeasure, cols)
  const { matrix, exponent } = scaledDifference(a, b)
  const found = findNorm(norm).norm(
    {
      matrix,
      row: rowMeasure ?? new Float64Array(rows).fill(1),
      col: colMeasure ?? new Float64Array(cols).fill(1),
      total: (rowMeasure ? 1 : rows) * (colMeasure ? 1 : cols),
    },
    { ...(gap !== undefined && { gap }) },
  )
  const lower = scaledUp(found.lower, exponent)
  const equal = matrix.data.every((value) => value === 0)
  const upper = equal ? 0 : Math.max(scaledUp(found.upper, exponent), Number.MIN_VALUE)
  return { norm, value: lower, lower, upper, exact: lower === upper, ...(found.witness && { witness: found.witness }) }
}
