import type { Kernels, Pointer, Scratch } from './kernels.js'
import type { Matrix } from './matrix.js'
import { parallel } from './team.js'
import type { NumbersOf } from './steps.js'
import { NumbersError } from '../numbers-error.js'

/** Entries may differ from their mirror images by this much of the largest entry: rounding of a product, not more. */
const asymmetryLimit = 1e-8
const tile = 32

/** @throws RangeError when `a` is not square */
export function requireSquare({ rows, cols }: Matrix, caller: string): void {
  if (rows !== cols) throw new NumbersError(`${caller}: expected a square matrix, got ${rows} × ${cols}`)
}

/**
 * max |a_ij| of a finite square matrix.
 *
 * @param caller name for the error text
 * @throws RangeError when `a` is not square or has a non-finite entry
 */
export function largestEntry(a: Matrix, caller: string): number {
  requireSquare(a, caller)
  const { cols, data } = a
  let largest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at])
    if (!(size < Infinity)) {
      const where = `[${Math.floor(at / cols)}, ${at % cols}]`
      throw new NumbersError(`${caller}: expected finite entries, got ${data[at]} at ${where}`)
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
            throw new NumbersError(
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

/** Rows of the symmetric part that a thread takes at a time. */
const rowsAtOnce = 32

/** A symmetric part in kernel memory: max |a_ij| of what it was made from, and the power of two that was taken out. */
export interface SymmetricPart {
  readonly largest: number
  readonly exponent: number
}

/**
 * Writes 2^-exponent (A + Aᵀ)/2, entries of size near 1, to kernel memory on all threads: the lower triangle with its
 * diagonal; what is above it there is of no meaning. The same bits as {@link forSymmetricPart}.
 *
 * @param at n rows of `stride` elements
 * @throws RangeError when `a` is not square, has a non-finite entry, or an entry that differs from its mirror image by more
 *   than 1e-8 of the largest entry
 */
export function putSymmetricPart(
  a: Matrix,
  kernels: Kernels,
  scratch: Scratch,
  at: Pointer,
  stride: number,
  caller: string,
): SymmetricPart {
  const { rows: n, data } = a
  const apart = scratch.alloc(Math.ceil(n / rowsAtOnce) * 8)
  const copy = scratch.f64(at, n * stride)
  let largest = 0
  for (let i = 0; i < n; i++) {
    copy.set(data.subarray(i * n, (i + 1) * n), i * stride)
    // While the row is in cache. Not a number: an entry is not finite, and the search by entries says which.
    const size = kernels.call.largestSize(n, at + i * stride * 8)
    largest = size < Infinity ? Math.max(largest, size) : largestEntry(a, caller)
  }
  const exponent = binaryExponent(largest)
  const [first, second] = powerOfTwo(-exponent)
  const bands = Array.from({ length: Math.ceil(n / rowsAtOnce) }, (_, band): NumbersOf<'symmetricPart'> => {
    const top = band * rowsAtOnce
    return [top, Math.min(n, top + rowsAtOnce), at, stride, first, second, apart + band * 8]
  })
  parallel(kernels, 'symmetricPart', bands.reverse())
  const limit = asymmetryLimit * largest
  if (scratch.f64(apart, bands.length).some((worst) => worst > limit)) {
    forSymmetricPart(a, -exponent, largest, caller, () => undefined)
  }
  return { largest, exponent }
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
      throw new NumbersError(`${caller}: an eigenvalue exceeds the range of f64; divide the matrix by a constant first`)
    }
    return result
  })
}
