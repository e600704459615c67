import { transpose, type Matrix } from '../../../../linalg/matrix.js'

/** Two step functions, the measures of their bins, and which sides may be relabelled. A fixed side has the same bins in both. */
export interface Sides {
  readonly a: Matrix
  readonly b: Matrix
  readonly rowA: Float64Array
  readonly rowB: Float64Array
  readonly colA: Float64Array
  readonly colB: Float64Array
  readonly rowsFree: boolean
  readonly colsFree: boolean
}

/** Rows and columns exchanged. */
export function turned({ a, b, rowA, rowB, colA, colB, rowsFree, colsFree }: Sides): Sides {
  return {
    a: transpose(a),
    b: transpose(b),
    rowA: colA,
    rowB: colB,
    colA: rowA,
    colB: rowB,
    rowsFree: colsFree,
    colsFree: rowsFree,
  }
}

/** ∫ A(u, v) over v, or over v in the bins where `inT`, for each bin of u. */
export function rowDegrees(
  { rows, cols, data }: Matrix,
  col: Float64Array,
  inT?: ArrayLike<boolean | number>,
): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let degree = 0
    for (let j = 0; j < cols; j++) if (!inT || inT[j]) degree += data[i * cols + j] * col[j]
    return degree
  })
}

/** ∫ f. */
export function integral(values: Float64Array, measure: Float64Array): number {
  return values.reduce((total, value, i) => total + value * measure[i], 0)
}

/** Least and largest entry of both functions. */
export function ranges({ a, b }: Sides) {
  const range = ({ data }: Matrix) => ({
    least: data.reduce((least, value) => Math.min(least, value), Infinity),
    most: data.reduce((most, value) => Math.max(most, value), -Infinity),
  })
  return { a: range(a), b: range(b) }
}

/** No coupling brings entries of A and B farther apart than this. */
export function largestGap(sides: Sides): number {
  const { a, b } = ranges(sides)
  return Math.max(a.most - b.least, b.most - a.least, 0)
}
