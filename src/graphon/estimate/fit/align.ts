import { columnDegrees, rowDegrees, type Mask } from '../../../network/mask.js'
import type { Matrix } from '../../../linalg/matrix.js'
import { NumbersError } from '../../../numbers-error.js'

/**
 * Checks that masks follow each other in one network: the columns of matrix l + 1 are the rows of matrix l.
 *
 * @param caller named in the message
 * @throws RangeError when there is no mask or two shapes do not chain
 */
export function checkChained(caller: string, masks: readonly { readonly rows: number; readonly cols: number }[]): void {
  if (masks.length === 0) throw new NumbersError(`${caller}: expected at least one mask, got none`)
  for (let l = 1; l < masks.length; l++) {
    if (masks[l].cols === masks[l - 1].rows) continue
    throw new NumbersError(
      `${caller}: expected mask ${l + 1} with ${masks[l - 1].rows} columns, the rows of mask ${l}, got ${masks[l].cols}`,
    )
  }
}

/** Places of units sorted by score, largest first, ties by index: `order[place]` = unit. */
export function descending(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, i) => i).sort((i, j) => scores[j] - scores[i] || i - j)
}

/** Sums of each row: degrees, when the matrix is a mask. */
export function rowSums(values: Mask | Matrix): Int32Array | Float64Array {
  if ('kept' in values) return rowDegrees(values)
  const { rows, cols, data } = values
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0
    for (let j = i * cols; j < (i + 1) * cols; j++) sum += data[j]
    return sum
  })
}

/** Sums of each column: degrees, when the matrix is a mask. */
export function columnSums(values: Mask | Matrix): Int32Array | Float64Array {
  if ('kept' in values) return columnDegrees(values)
  const { rows, cols, data } = values
  const sums = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) sums[j] += data[i * cols + j]
  return sums
}

/** Each degree over the mean degree; all zeros when the mean is 0. */
function relative(degrees: Int32Array | Float64Array): Float64Array {
  let sum = 0
  for (const degree of degrees) sum += degree
  const mean = sum / degrees.length
  return Float64Array.from(degrees, (degree) => (mean === 0 ? 0 : degree / mean))
}

/**
 * The order of the units of every hidden layer that all matrices of a chain share. Unit i of hidden layer l has the score
 *
 *     in_i / mean(in) + out_i / mean(out),   in = row degrees of M^l,   out = column degrees of M^{l+1}
 *
 * and units go by score, largest first, ties by index. A mean of 0 contributes 0. The score is the f64 value of that
 * expression as it stands, so that any other f64 program finds the same order bit for bit.
 *
 * Sorting once matters: a kernel follows a unit from one matrix into the next, so both must place it alike.
 *
 * @param masks M^1 … M^{L+1}, or estimated probabilities of their entries
 * @returns L orders, `orders[l - 1][place]` = unit of hidden layer l
 * @throws RangeError when the shapes do not chain
 */
export function hiddenOrder(masks: readonly (Mask | Matrix)[]): Int32Array[] {
  return hiddenScores(masks).map(descending)
}

/** The scores that {@link hiddenOrder} sorts by, one per unit of each hidden layer. */
export function hiddenScores(masks: readonly (Mask | Matrix)[]): Float64Array[] {
  checkChained('hiddenOrder', masks)
  return masks.slice(1).map((next, l) => {
    const fanIn = relative(rowSums(masks[l]))
    const fanOut = relative(columnSums(next))
    return fanIn.map((value, i) => value + fanOut[i])
  })
}

/**
 * The order of each side of one mask by its own degrees, largest first, ties by index: right for a picture of one layer,
 * wrong as input of a kernel because neighbouring matrices then disagree about where a unit is.
 */
export function degreeOrder(mask: Mask | Matrix): { readonly rows: Int32Array; readonly columns: Int32Array } {
  return { rows: descending(rowSums(mask)), columns: descending(columnSums(mask)) }
}

/** The identity order, of an axis that is never sorted. */
export function fileOrder(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i)
}

/** For each unit its bin, from the order of the units and the bin of each place. */
export function binOfUnit(order: Int32Array, binOfPlace: Int32Array): Int32Array {
  const result = new Int32Array(order.length)
  order.forEach((unit, place) => {
    result[unit] = binOfPlace[place]
  })
  return result
}
