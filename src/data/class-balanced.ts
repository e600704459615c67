import { requireLabels } from './labels.js'
import { permutation, randomStream } from '../random/random.js'
import { NumbersError } from '../numbers-error.js'

/**
 * Rows of a class-balanced sample. Every class is put into a random order of its own, and the rows are dealt in rounds:
 * the first of class 0, of class 1, …, then the second of each. So every class has ⌊n/C⌋ or ⌈n/C⌉ rows, the lowest
 * classes hold the remainder, a class that runs out is passed over, and the sample of n rows is the beginning of that of
 * n + 1 under the same seed.
 *
 * @param labels class of each row, 0 … classes − 1
 * @param n number of rows wanted, at most the number of labels
 * @returns `[n]` distinct row numbers, in the order they were dealt
 * @throws RangeError when n is not an integer from 1 to the number of labels, or a label is outside its range
 *
 * @example
 * import { classBalanced } from 'limn'
 *
 * const labels = [0, 0, 0, 0, 1, 1, 2, 2]
 * const rows = classBalanced(labels, 3, 4, 1)
 * // Two of the lowest class, one of each other.
 * console.log(Array.from(rows, (row) => labels[row]).sort()) // [ 0, 0, 1, 2 ]
 */
export function classBalanced(labels: ArrayLike<number>, classes: number, n: number, seed: number): Int32Array {
  if (!(Number.isInteger(n) && n >= 1 && n <= labels.length)) {
    throw new NumbersError(`classBalanced: expected from 1 to ${labels.length} samples, got ${n}`)
  }
  requireLabels('classBalanced', labels, classes)
  const rowsOf: number[][] = Array.from({ length: classes }, () => [])
  for (let row = 0; row < labels.length; row++) {
    rowsOf[labels[row]].push(row)
  }
  const orders = rowsOf.map((rows, label) => permutation(rows.length, randomStream(seed, 'class-balanced', label)))
  const result = new Int32Array(n)
  let dealt = 0
  for (let round = 0; dealt < n; round++) {
    for (let label = 0; label < classes && dealt < n; label++) {
      if (round < rowsOf[label].length) result[dealt++] = rowsOf[label][orders[label][round]]
    }
  }
  return result
}
