import type { Matrix } from './matrix.js'

/** Entries may differ from their mirror images by this much of the largest entry: rounding of a product, not more. */
const asymmetryLimit = 1e-8
const tile = 32

/**
 * max |a_ij| of a finite square matrix.
 *
 * @param caller name for the error text
 * @throws RangeError when `a` is not square or has a non-finite entry
 */
export function largestEntry({ rows, cols, data }: Matrix, caller: string): number {
  if (rows !== cols) throw new RangeError(`${caller}: expected a square matrix, got ${rows} × ${cols}`)
  let largest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at])
    if (!(size < Infinity)) {
      const where = `[${Math.floor(at / cols)}, ${at % cols}]`
      throw new RangeError(`${caller}: expected finite entries, got ${data[at]} at ${where}`)
    }
    if (size > largest) largest = size
  }
  return largest
}

/** 2^exponent as a product of two factors, because one power of two may not be representable. */
export function powerOfTwo(exponent: number): readonly [number, number] {
  return [2 ** Math.trunc(exponent / 2), 2 ** (exponent - Math.trunc(exponent / 2))]
}

/** Exponent of the power of two next below `size`; 0 for 0. */
export function binaryExponent(size: number): number {
  return size > 0 ? Math.floor(Math.log2(size)) : 0
}

/**
 * Visits the lower triangle of 2^exponent (A + Aᵀ)/2 with its diagonal by pieces of rows: `line` holds entries j = left, …,
 * left + count − 1 of row i, none of them right of the diagonal; `left` is a multiple of 32 and `count` at most 32.
 *
 * @param largest max |a_ij|, from {@link largestEntry}
 * @param visit must not keep `line`
 * @throws RangeError when an entry differs from its mirror image by more than 1e-8 of the largest entry
 */
export function forSymmetricPart(
  { rows: n, data }: Matrix,
  exponent: number,
  largest: number,
  caller: string,
  visit: (i: number, left: number, count: number, line: Float64Array) => void,
): void {
  const limit = asymmetryLimit * largest
  const [first, second] = powerOfTwo(exponent)
  const line = new Float64Array(tile)
  // The mirror image of a tile, turned: read in place, its rows would compete for the same few cache lines.
  const mirror = new Float64Array(tile * tile)
  for (let top = 0; top < n; top += tile) {
    const bottom = Math.min(n, top + tile)
    for (let left = 0; left <= top; left += tile) {
      for (let j = left; j < Math.min(n, left + tile); j++) {
        for (let i = top, at = j * n + top, to = j - left; i < bottom; i++, at++, to += tile) mirror[to] = data[at]
      }
      for (let i = top; i < bottom; i++) {
        const count = Math.min(i + 1 - left, tile)
        const row = i * n + left
        const turned = (i - top) * tile
        for (let c = 0; c < count; c++) {
          const entry = data[row + c]
          const image = mirror[turned + c]
          if (Math.abs(entry - image) > limit) {
            const j = left + c
            throw new RangeError(
              `${caller}: expected a symmetric matrix, got ${entry} at [${i}, ${j}] but ${image} at [${j}, ${i}]`,
            )
          }
          line[c] = 0.5 * (entry * first * second + image * first * second)
        }
        visit(i, left, count, line)
      }
    }
  }
}

/**
 * The values times 2^exponent.
 *
 * @throws RangeError when one leaves the range of f64
 */
export function scaledBack(values: Float64Array, exponent: number, caller: string): Float64Array {
  const [first, second] = powerOfTwo(exponent)
  return values.map((value) => {
    const result = value * first * second
    if (!Number.isFinite(result)) {
      throw new RangeError(`${caller}: an eigenvalue exceeds the range of f64; divide the matrix by a constant first`)
    }
    return result
  })
}
