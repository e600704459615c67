import { defaultKernels, withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import { NumbersError } from '../numbers-error.js'

/** Keeping the largest: everything above `value`, and of what equals it the first `ties`. */
export interface Threshold {
  readonly value: number
  readonly ties: number
  /** How many of the numbers equal `value`. */
  readonly equals: number
}

/**
 * The threshold that keeps the `k` largest of `length` numbers in kernel memory, which are overwritten. Expected linear
 * time: quickselect (Hoare 1961) that takes equal values out in one go.
 *
 * @param at finite f64 numbers; −0 equals +0
 * @param k from 1 to `length`
 * @throws RangeError when `k` is out of range
 */
export function kthLargestAt(kernels: Kernels, at: Pointer, length: number, k: number): Threshold {
  if (!(Number.isInteger(k) && 1 <= k && k <= length)) {
    throw new NumbersError(`kthLargest: expected k from 1 to ${length}, got ${k}`)
  }
  return withScratch(kernels, (scratch) => {
    const result = scratch.alloc(16)
    const work = scratch.alloc(length * 8)
    // Counts come back as signed numbers.
    const ties = kernels.call.kthLargestF64(at, length, k, work, result) >>> 0
    const [, , equals] = new Uint32Array(kernels.memory.buffer, result, 3)
    return { value: scratch.f64(result, 1)[0], ties, equals }
  })
}

/** {@link kthLargestAt} for an array, which is left alone. */
export function kthLargest(values: Float64Array, k: number, kernels: Kernels = defaultKernels()): Threshold {
  return withScratch(kernels, (scratch) => kthLargestAt(kernels, scratch.put(values), values.length, k))
}
