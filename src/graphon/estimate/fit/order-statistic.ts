/**
 * Hoare's selection: moves the `rank` + 1 smallest entries to the front and returns the largest of them. No entry
 * may be NaN.
 */
export function selectSmallest(values: Float64Array, rank: number): number {
  let left = 0
  let right = values.length - 1
  while (left < right) {
    const pivot = values[rank]
    let i = left
    let j = right
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i > j) break
      const swap = values[i]
      values[i++] = values[j]
      values[j--] = swap
    }
    if (j < rank) left = i
    if (i > rank) right = j
  }
  return values[rank]
}
