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

/** Sets of bins, ascending indices. */
export interface Witness {
  readonly rows: readonly number[]
  readonly cols: readonly number[]
}

/** What is certain about a norm; equal when the value is exact up to rounding. */
export interface NormBounds {
  readonly lower: number
  readonly upper: number
  /** Sets whose integral has the absolute value `lower`; of the cut norm only. */
  readonly witness?: Witness
}

export interface NormOptions {
  /**
   * How wide the interval may stay relative to its lower end, where the exact value takes long (cut norm). Default 0.09;
   * 0: exact whatever the time.
   */
  readonly gap?: number
}

export interface Norm {
  /** The formula, for help texts. */
  readonly summary: string
  norm(difference: Difference, options?: NormOptions): NormBounds
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
