import { randomStream } from '../random/random.js'

/** Keeping the largest: everything above `value`, and of what equals it the first `ties`. */
export interface Threshold {
  readonly value: number
  readonly ties: number
}

function moveAboveToFront(values: Float64Array, length: number, pivot: number): number {
  let count = 0
  for (let i = 0; i < length; i++) if (values[i] > pivot) values[count++] = values[i]
  return count
}

function moveBelowToFront(values: Float64Array, length: number, pivot: number): number {
  let count = 0
  for (let i = 0; i < length; i++) if (values[i] < pivot) values[count++] = values[i]
  return count
}

/**
 * The threshold that keeps the `k` largest values, in expected linear time: quickselect (Hoare 1961) with the median of
 * three random values as pivot and equal values taken out in one go.
 *
 * @param values finite; overwritten. −0 equals +0
 * @param k from 1 to `values.length`
 * @throws RangeError when `k` is out of range
 */
export function kthLargest(values: Float64Array, k: number): Threshold {
  if (!(Number.isInteger(k) && 1 <= k && k <= values.length)) {
    throw new RangeError(`kthLargest: expected k from 1 to ${values.length}, got ${k}`)
  }
  const random = randomStream(values.length, 'quickselect')
  let length = values.length
  let rank = k
  for (;;) {
    const [a, b, c] = [values[random.below(length)], values[random.below(length)], values[random.below(length)]]
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
    let above = 0
    let equal = 0
    for (let i = 0; i < length; i++) {
      if (values[i] > pivot) above++
      else if (values[i] === pivot) equal++
    }
    if (rank <= above) length = moveAboveToFront(values, length, pivot)
    else if (rank <= above + equal) return { value: pivot, ties: rank - above }
    else {
      length = moveBelowToFront(values, length, pivot)
      rank -= above + equal
    }
  }
}
