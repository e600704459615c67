import { matrix, type Matrix } from '../../linalg/matrix.js'
import { binaryExponent, powerOfTwo } from '../../linalg/symmetric.js'
import { NumbersError } from '../../numbers-error.js'

/** A − B = 2^exponent · matrix, largest entry about 1: squares and sums neither overflow nor vanish. */
export interface ScaledDifference {
  readonly matrix: Matrix
  readonly exponent: number
}

function largest(data: Float64Array): number {
  let size = 0
  for (const value of data) size = Math.max(size, Math.abs(value))
  return size
}

/**
 * The difference of two matrices of one shape with finite entries. Powers of two leave every digit; entries 2^1074 times
 * smaller than the largest one may vanish. It is zero exactly where the matrices are equal.
 */
export function scaledDifference({ rows, cols, data }: Matrix, b: Matrix): ScaledDifference {
  let difference = data.map((value, k) => value - b.data[k])
  let size = largest(difference)
  let halvings = 0
  if (size === Infinity) {
    difference = data.map((value, k) => value / 2 - b.data[k] / 2)
    size = largest(difference)
    halvings = 1
  }
  const exponent = binaryExponent(size)
  const [first, second] = powerOfTwo(-exponent)
  return {
    matrix: matrix(
      rows,
      cols,
      difference.map((value) => value * first * second),
    ),
    exponent: exponent + halvings,
  }
}

/**
 * 2^exponent · value.
 *
 * @throws RangeError when that is beyond f64
 */
export function scaledUp(value: number, exponent: number): number {
  const [first, second] = powerOfTwo(exponent)
  const result = value * first * second
  if (!(result < Infinity)) {
    throw new NumbersError(
      `distance: expected a distance below ${Number.MAX_VALUE}, got about 2^${exponent}; scale both`,
    )
  }
  return result
}
