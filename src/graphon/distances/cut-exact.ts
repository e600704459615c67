import type { Matrix } from '../../linalg/matrix.js'

/** Enumerating 2^20 sets takes a fraction of a second. */
export const largestEnumeration = 20

/** |Σ over S × T of E| with the best T for the given set of rows, from scratch. */
export function cutOfRows({ rows, cols, data }: Matrix, inS: (row: number) => boolean): number {
  const sums = new Float64Array(cols)
  for (let i = 0; i < rows; i++) if (inS(i)) for (let j = 0; j < cols; j++) sums[j] += data[i * cols + j]
  let positive = 0
  let negative = 0
  for (const value of sums) {
    if (value > 0) positive += value
    else negative -= value
  }
  return Math.max(positive, negative)
}

/**
 * max over S, T of |Σ_{S×T} E| by trying every set S of rows, each differing from the one before in one row (Gray code).
 * The best T is the columns with positive sums x_j, or those with negative ones: max = (Σ|x_j| + |Σ x_j|) / 2.
 *
 * @param e at most {@link largestEnumeration} rows; unchecked
 */
export function enumerateCut(e: Matrix): number {
  const { rows, cols, data } = e
  const sums = new Float64Array(cols)
  let best = 0
  let bestSet = 0
  let set = 0
  for (let step = 1; step < 2 ** rows; step++) {
    const row = 31 - Math.clz32(step & -step)
    set ^= 1 << row
    const sign = set & (1 << row) ? 1 : -1
    const at = row * cols
    let absolute = 0
    let total = 0
    for (let j = 0; j < cols; j++) {
      const value = sums[j] + sign * data[at + j]
      sums[j] = value
      absolute += Math.abs(value)
      total += value
    }
    const twice = absolute + Math.abs(total)
    if (twice > best) {
      best = twice
      bestSet = set
    }
  }
  // The running sums have drifted by rounding; the winner's own value has not.
  return cutOfRows(e, (row) => (bestSet & (1 << row)) !== 0)
}
