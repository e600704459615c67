import { matrix, type Matrix } from '../../../linalg/matrix.js'

/** Sets of rows and columns, and |Σ over S × T of E|. */
export interface Cut {
  readonly value: number
  /** Indices of S, ascending. */
  readonly rows: readonly number[]
  /** Indices of T, ascending. */
  readonly cols: readonly number[]
}

/** max(sum of positive entries, sum of negative ones): no cut can gather more. Exact when all entries have one sign. */
export function massBound({ data }: Matrix): number {
  let positive = 0
  let negative = 0
  for (const value of data) {
    if (value > 0) positive += value
    else negative -= value
  }
  return Math.max(positive, negative)
}

/**
 * E with one row and one column more, first, that hold the sums: M = [[ΣE, 1ᵀE], [E1, E]]. Its ∞→1 norm, the maximum of
 * sᵀMt over signs s and t, is four times the cut norm of E: with s = s_0(2·1_S − 1) on rows and t likewise on columns,
 * sᵀMt = 4 s_0 t_0 Σ_{S×T} E, because Σ E_ij (s_0 + s_i)(t_0 + t_j) expands to it (Alon and Naor 2006, section 3, where the
 * border has the opposite sign).
 */
export function bordered({ rows, cols, data }: Matrix): Matrix {
  const width = cols + 1
  const result = matrix(rows + 1, width)
  const out = result.data
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]
      const row = (i + 1) * width
      out[row + j + 1] = value
      out[row] += value
      out[j + 1] += value
    }
  }
  for (let i = 1; i <= rows; i++) out[0] += out[i * width]
  return result
}

/**
 * The best cut of E whose rows are those with the sign of the border: T is then the columns with positive sums over S, or
 * those with negative ones. The value is summed afresh.
 *
 * @param signs ±1 for every row of {@link bordered}(E)
 */
export function cutOfSigns({ rows, cols, data }: Matrix, signs: ArrayLike<number>): Cut {
  const sums = new Float64Array(cols)
  const inS: number[] = []
  for (let i = 0; i < rows; i++) {
    if (signs[i + 1] !== signs[0]) continue
    inS.push(i)
    for (let j = 0; j < cols; j++) sums[j] += data[i * cols + j]
  }
  let positive = 0
  let negative = 0
  for (const value of sums) {
    if (value > 0) positive += value
    else negative -= value
  }
  const sign = positive >= negative ? 1 : -1
  return {
    value: Math.max(positive, negative),
    rows: inS,
    cols: Array.from(sums.keys()).filter((j) => sign * sums[j] > 0),
  }
}

/** Rows padded with zeros to an even length, as the kernels want them. */
export function paddedRows({ rows, cols, data }: Matrix, factor = 1): Float64Array {
  const width = evenWidth(cols)
  const result = new Float64Array(rows * width)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result[i * width + j] = factor * data[i * cols + j]
  }
  return result
}

export const evenWidth = (cols: number): number => cols + (cols & 1)
