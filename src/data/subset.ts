import type { Matrix } from '../linalg/matrix.js'
import type { Dataset } from './dataset.js'
import { NumbersError } from '../numbers-error.js'

/**
 * Rows of a matrix, copied, in the order given.
 *
 * @example
 * import { matrixOf, takeMatrixRows } from 'limn'
 *
 * console.log(takeMatrixRows(matrixOf([[1, 2], [3, 4]]), [1, 1]).data) // Float64Array(4) [ 3, 4, 3, 4 ]
 */
export function takeMatrixRows({ cols, data }: Matrix, rows: ArrayLike<number>): Matrix {
  const result = new Float64Array(rows.length * cols)
  for (let i = 0; i < rows.length; i++) result.set(data.subarray(rows[i] * cols, (rows[i] + 1) * cols), i * cols)
  return { rows: rows.length, cols, data: result }
}

/**
 * The samples at `rows`, copied, in the order given; a row may be taken more than once.
 *
 * @throws RangeError when a row is not one of the dataset's
 *
 * @example
 * import { matrixOf, takeRows } from 'limn'
 *
 * const data = { name: 'numbers', x: matrixOf([[1], [2], [3]]), labels: Int32Array.of(0, 1, 1), classes: 2 }
 * const { x, labels } = takeRows(data, [2, 0])
 * console.log(x.data, labels) // Float64Array(2) [ 3, 1 ] Int32Array(2) [ 1, 0 ]
 */
export function takeRows(dataset: Dataset, rows: ArrayLike<number>): Dataset {
  const { x, labels, targets } = dataset
  for (let i = 0; i < rows.length; i++) {
    if (!(Number.isInteger(rows[i]) && rows[i] >= 0 && rows[i] < x.rows)) {
      throw new NumbersError(`takeRows: expected rows from 0 to ${x.rows - 1} of ${dataset.name}, got ${rows[i]}`)
    }
  }
  return {
    ...dataset,
    x: takeMatrixRows(x, rows),
    ...(labels && { labels: Int32Array.from(rows, (row) => labels[row]) }),
    ...(targets && { targets: takeMatrixRows(targets, rows) }),
  }
}

/**
 * The first n samples.
 *
 * @throws RangeError when n is not an integer from 1 to the number of samples
 *
 * @example
 * import { matrixOf, subset } from 'limn'
 *
 * console.log(subset({ name: 'numbers', x: matrixOf([[1], [2], [3]]) }, 2).x.data) // Float64Array(2) [ 1, 2 ]
 */
export function subset(dataset: Dataset, n: number): Dataset {
  if (!(Number.isInteger(n) && n >= 1 && n <= dataset.x.rows)) {
    throw new NumbersError(`subset: expected from 1 to ${dataset.x.rows} samples of ${dataset.name}, got ${n}`)
  }
  return takeRows(
    dataset,
    Int32Array.from({ length: n }, (_, i) => i),
  )
}
