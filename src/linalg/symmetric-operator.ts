import type { Kernels, Pointer, Scratch } from './kernels.js'
import type { Matrix } from './matrix.js'
import { binaryExponent, forSymmetricPart, largestEntry, powerOfTwo } from './symmetric.js'
import { parallel } from './team.js'
import { NumbersError } from '../numbers-error.js'

/** A symmetric matrix of order n that is known only by its products. */
export interface SymmetricOperator {
  readonly n: number
  /** A v in f64. Must not keep or change `v`, nor return it. */
  readonly apply: (v: Float64Array) => Float64Array
  /**
   * A times each of `count` rows of n elements, as rows, where one pass over A can serve several. Must not keep or change
   * `rows`, nor return it. Default: `apply`, row by row.
   */
  readonly applyRows?: (rows: Float64Array, count: number) => Float64Array
}

/** A symmetric matrix of which one column tile is looked at after the other, so that it need not be held. */
export interface SymmetricTiles {
  readonly n: number
  /** max |a_ij| */
  readonly largest: number
  /**
   * Fills `into` with tile t of the lower triangle: columns first … first + width − 1 with rows first … n − 1, row by row, the
   * square on the diagonal complete; first = 256 t, width = min(256, n − first).
   */
  readonly read: (t: number, into: Float64Array) => void
}

/** A symmetric matrix as Krylov methods use it: 2^-exponent A times rows of n elements in kernel memory. */
export interface SymmetricProduct {
  readonly n: number
  readonly exponent: number
  /** Row c of `y` becomes row c of `x` times 2^-exponent A, for `count` rows. */
  readonly times: (x: Pointer, count: number, y: Pointer) => void
}

/** Columns of a tile, a multiple of 32: x and y of a tile are then 16 KiB. */
export const tileWidth = 256
/** Vectors that one pass over the matrix serves. */
const together = 4

export function isOperator(a: Matrix | SymmetricOperator | SymmetricTiles): a is SymmetricOperator {
  return 'apply' in a
}

/** Order of the matrix or operator. */
export function orderOf(a: Matrix | SymmetricOperator | SymmetricTiles): number {
  return 'rows' in a ? a.rows : a.n
}

/**
 * Prepares products. A matrix is copied once, half of it: about 4 n² bytes. Of tiles one is held at a time, with n²/8 bytes of
 * sums; the products are those of the whole matrix, to the last bit.
 *
 * @param caller name for the error text
 * @throws RangeError when `a` is not square, finite and symmetric, or too large for memory
 */
export function symmetricProduct(
  a: Matrix | SymmetricOperator | SymmetricTiles,
  kernels: Kernels,
  scratch: Scratch,
  caller: string,
): SymmetricProduct {
  if ('read' in a) return tiledProduct(a, kernels, scratch)
  return isOperator(a) ? operatorProduct(a, scratch, caller) : matrixProduct(a, kernels, scratch, caller)
}

function operatorProduct(
  { n, apply, applyRows }: SymmetricOperator,
  scratch: Scratch,
  caller: string,
): SymmetricProduct {
  if (!(Number.isInteger(n) && n >= 0)) throw new NumbersError(`${caller}: expected a whole order n, got ${n}`)
  const into = (y: Pointer, image: Float64Array, length: number): void => {
    if (image.length !== length) {
      throw new NumbersError(`${caller}: expected a product of ${length} entries, got ${image.length}`)
    }
    scratch.f64(y, length).set(image)
  }
  const times = (x: Pointer, count: number, y: Pointer): void => {
    if (applyRows) {
      into(y, applyRows(scratch.f64(x, count * n).slice(), count), count * n)
      return
    }
    for (let c = 0; c < count; c++) into(y + c * n * 8, apply(scratch.f64(x + c * n * 8, n).slice()), n)
  }
  return { n, exponent: 0, times }
}

function matrixProduct(a: Matrix, kernels: Kernels, scratch: Scratch, caller: string): SymmetricProduct {
  const largest = largestEntry(a, caller)
  const exponent = binaryExponent(largest)
  const n = a.rows
  const tiles = Array.from({ length: Math.ceil(n / tileWidth) }, (_, t) => {
    const first = t * tileWidth
    const width = Math.min(tileWidth, n - first)
    return { first, width, at: scratch.alloc((n - first) * width * 8) }
  })
  const x = scratch.alloc(n * together * 8)
  const shares = scratch.alloc(tiles.length * n * together * 8)
  const views = tiles.map(({ first, width, at }) => scratch.f64(at, (n - first) * width))
  forSymmetricPart(a, -exponent, largest, caller, (i, left, count, line) => {
    const t = Math.floor(left / tileWidth)
    const { first, width } = tiles[t]
    const view = views[t]
    for (let c = 0, to = (i - first) * width + left - first; c < count; c++) view[to + c] = line[c]
    if (i >= first + width) return
    for (let c = 0, to = (left - first) * width + i - first; c < count; c++, to += width) view[to] = line[c]
  })
  const timesOne = (from: Pointer, to: Pointer): void => {
    parallel(
      kernels,
      'symmetricTileOne',
      tiles.map(({ first, width, at }, t) => [n, first, width, at, from, shares + t * n * 8]),
    )
    kernels.call.sumTilesOne(n, tileWidth, shares, to)
  }
  const times = (from: Pointer, count: number, to: Pointer): void => {
    if (count === 1) {
      timesOne(from, to)
      return
    }
    for (let c = 0; c < count; c += together) {
      const now = Math.min(together, count - c)
      kernels.call.interleaveFour(n, from + c * n * 8, now, x)
      parallel(
        kernels,
        'symmetricTile',
        tiles.map(({ first, width, at }, t) => [n, first, width, at, x, shares + t * n * together * 8]),
      )
      kernels.call.sumTiles(n, tileWidth, shares, to + c * n * 8, now)
    }
  }
  return { n, exponent, times }
}

function tiledProduct({ n, largest, read }: SymmetricTiles, kernels: Kernels, scratch: Scratch): SymmetricProduct {
  const exponent = binaryExponent(largest)
  // A power of two that is taken out of the vectors is taken out of the matrix, to the last bit.
  const [before, after] = powerOfTwo(-exponent)
  const tiles = Array.from({ length: Math.ceil(n / tileWidth) }, (_, t) => {
    const first = t * tileWidth
    return { first, width: Math.min(tileWidth, n - first) }
  })
  const held = scratch.alloc(n * Math.min(n, tileWidth) * 8)
  const scaled = scratch.alloc(n * together * 8)
  const x = scratch.alloc(n * together * 8)
  const shares = scratch.alloc(tiles.length * n * together * 8)
  const times = (from: Pointer, count: number, to: Pointer): void => {
    for (let c = 0; c < count; c += together) {
      const now = Math.min(together, count - c)
      const vectors = scratch.f64(scaled, n * now)
      vectors.set(scratch.f64(from + c * n * 8, n * now))
      for (let i = 0; i < vectors.length; i++) vectors[i] *= before
      kernels.call.interleaveFour(n, scaled, now, x)
      tiles.forEach(({ first, width }, t) => {
        read(t, scratch.f64(held, (n - first) * width))
        kernels.call.symmetricTile(n, first, width, held, x, shares + t * n * together * 8)
      })
      kernels.call.sumTiles(n, tileWidth, shares, to + c * n * 8, now)
      const images = scratch.f64(to + c * n * 8, n * now)
      for (let i = 0; i < images.length; i++) images[i] *= after
    }
  }
  return { n, exponent, times }
}
