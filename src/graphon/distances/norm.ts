import type { Matrix } from '../../linalg/matrix.js'

/**
 * The difference of two step functions on [0, 1]². Bin (i, j) has area row[i]·col[j] / total: measures with total 1, or
 * ones with total rows·columns, which keeps differences of integers exact until the last division.
 */
export interface Difference {
  readonly matrix: Matrix
  readonly row: Float64Array
  readonly col: Float64Array
  readonly total: number
}

/** What is certain about a norm; equal when the value is exact up to rounding. */
export interface NormBounds {
  readonly lower: number
  readonly upper: number
}

export interface Norm {
  /** The formula, for help texts. */
  readonly summary: string
  norm(difference: Difference): NormBounds
}

/** Σ_ij row_i col_j f(D_ij) / total. */
export function weightedMean({ matrix, row, col, total }: Difference, f: (value: number) => number): number {
  let sum = 0
  for (let i = 0; i < matrix.rows; i++) {
    let rowSum = 0
    for (let j = 0; j < matrix.cols; j++) rowSum += col[j] * f(matrix.data[i * matrix.cols + j])
    sum += row[i] * rowSum
  }
  return sum / total
}
