// Quickselect without branches on the data: a mispredicted branch costs more than storing every value twice.

/**
 * Finds the k-th largest of `length` f64 numbers at `values` (overwritten, as is `work` of the same size), 1 ≤ k ≤ length.
 * Stores it at `result` and returns how many of those equal to it belong to the k largest. Pivots are medians of three
 * from a fixed pseudo-random sequence.
 */
export function kthLargestF64(values: usize, length: u32, k: u32, work: usize, result: usize): u32 {
  let state = length
  while (true) {
    let a = 0.0, b = 0.0, c = 0.0
    for (let pick = 0; pick < 3; pick++) {
      state = state * 1664525 + 1013904223
      a = b
      b = c
      c = load<f64>(values + <usize>((<u64>state * <u64>length) >>> 32) * 8)
    }
    const pivot = max(min(a, b), min(max(a, b), c))
    let above: u32 = 0, below: u32 = 0
    const end = values + (<usize>length) * 8
    for (let at = values; at < end; at += 8) {
      const value = load<f64>(at)
      store<f64>(values + (<usize>above) * 8, value)
      store<f64>(work + (<usize>below) * 8, value)
      above += u32(value > pivot)
      below += u32(value < pivot)
    }
    const notBelow = length - below
    if (k <= above) {
      length = above
    } else if (k <= notBelow) {
      store<f64>(result, pivot)
      return k - above
    } else {
      const swap = values
      values = work
      work = swap
      length = below
      k -= notBelow
    }
  }
}
