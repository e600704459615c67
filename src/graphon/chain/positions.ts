import { NumbersError } from '../../numbers-error.js'

/** How the units of a layer, in order, are cut into bins of neighbouring units. */
export interface Partition {
  /** Units per bin, all positive. */
  readonly sizes: Int32Array
  /** Bin of the unit at each place in the order. */
  readonly binOf: Int32Array
  /** `sizes / n`, summing to 1. */
  readonly measure: Float64Array
}

/**
 * Cuts n places into min(K, n) bins as equal as possible; the first n mod K hold one more.
 *
 * @throws RangeError when n or K is not a positive integer
 */
export function bins(n: number, K: number): Partition {
  if (!(Number.isInteger(n) && n > 0)) throw new NumbersError(`bins: expected a positive number of units, got ${n}`)
  if (!(Number.isInteger(K) && K > 0))
    throw new NumbersError(`bins: expected a positive integer number of bins, got ${K}`)
  const count = Math.min(K, n)
  const larger = n % count
  const sizes = Int32Array.from({ length: count }, (_, i) => Math.floor(n / count) + (i < larger ? 1 : 0))
  const binOf = new Int32Array(n)
  let place = 0
  sizes.forEach((size, bin) => {
    binOf.fill(bin, place, place + size)
    place += size
  })
  return { sizes, binOf, measure: Float64Array.from(sizes, (size) => size / n) }
}

/** Every unit in a bin of its own: an exact axis, such as input coordinates and classes. */
export function exactPositions(n: number): Partition {
  return bins(n, n)
}
