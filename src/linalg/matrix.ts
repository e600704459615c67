import { NumbersError } from '../numbers-error.js'

/** A dense real matrix, row-major: entry (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly rows: number
  readonly cols: number
  readonly data: Float64Array
}

/**
 * A matrix over `data` (not copied), or of zeros.
 *
 * @throws RangeError when a dimension is not a non-negative integer or `data` has the wrong length
 *
 * @example
 * import { matrix } from 'limn'
 *
 * console.log(matrix(1, 2, Float64Array.of(3, 4)).data[1]) // 4
 */
export function matrix(rows: number, cols: number, data?: Float64Array): Matrix {
  if (!(Number.isInteger(rows) && rows >= 0 && Number.isInteger(cols) && cols >= 0)) {
    throw new NumbersError(`matrix: expected non-negative integer dimensions, got ${rows} × ${cols}`)
  }
  if (data && data.length !== rows * cols) {
    throw new NumbersError(`matrix: expected ${rows * cols} entries for ${rows} × ${cols}, got ${data.length}`)
  }
  return { rows, cols, data: data ?? new Float64Array(rows * cols) }
}

/**
 * A matrix from rows of numbers of equal length.
 *
 * @example
 * import { matrixOf } from 'limn'
 *
 * const { rows, cols } = matrixOf([[1, 2, 3], [4, 5, 6]])
 * console.log(rows, cols) // 2 3
 */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const cols = rows[0]?.length ?? 0
  const data = new Float64Array(rows.length * cols)
  rows.forEach((row, i) => {
    if (row.length !== cols) throw new NumbersError(`matrixOf: expected ${cols} entries in row ${i}, got ${row.length}`)
    data.set(row, i * cols)
  })
  return { rows: rows.length, cols, data }
}

/**
 * A `[rows, cols]` matrix with every entry `value`.
 *
 * @example
 * import { filled } from 'limn/linalg'
 *
 * console.log(filled(1, 3, 0.5).data) // Float64Array(3) [ 0.5, 0.5, 0.5 ]
 */
export function filled(rows: number, cols: number, value: number): Matrix {
  return matrix(rows, cols, new Float64Array(rows * cols).fill(value))
}

/**
 * The n × n matrix with ones on its diagonal and zeros elsewhere.
 *
 * @example
 * import { identity } from 'limn/linalg'
 *
 * console.log(identity(2).data) // Float64Array(4) [ 1, 0, 0, 1 ]
 */
export function identity(n: number): Matrix {
  const result = matrix(n, n)
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1
  return result
}

/**
 * The matrix with rows and columns exchanged, as a copy.
 *
 * @example
 * import { matrixOf, transpose } from 'limn/linalg'
 *
 * const { rows, cols, data } = transpose(matrixOf([[1, 2, 3]]))
 * console.log(rows, cols, data) // 3 1 Float64Array(3) [ 1, 2, 3 ]
 */
export function transpose({ rows, cols, data }: Matrix): Matrix {
  const result = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) result[j * rows + i] = data[i * cols + j]
  return { rows: cols, cols: rows, data: result }
}
