// Products of a large symmetric matrix with four vectors at a time, from half of its entries: each entry is read once and
// serves both its places. The matrix is kept as column tiles, so that what a tile reads and writes of x and y stays in L1.

import { madd } from './simd'

/** Interleaves `count` ≤ 4 rows of n elements: out[j, c] = rows[c, j], zero for c ≥ count. */
export function interleaveFour(n: usize, rows: usize, count: usize, out: usize): void {
  for (let c: usize = 0; c < 4; c++) {
    const row = rows + c * (n << 3)
    const to = out + (c << 3)
    for (let j: usize = 0; j < n; j++) store<f64>(to + (j << 5), c < count ? load<f64>(row + (j << 3)) : 0)
  }
}

/**
 * One column tile's share of Y = A X, X and Y interleaved by four: the columns first … first + width − 1 of A's lower
 * triangle, and their mirror images. `a` holds rows first … n − 1 of those columns, `width` elements per row, with the
 * square on the diagonal complete. Rows first … n − 1 of `y` are written.
 */
export function symmetricTile(n: usize, first: usize, width: usize, a: usize, x: usize, y: usize): void {
  const zero = v128.splat<f64>(0)
  const xTile = x + (first << 5), yTile = y + (first << 5)
  const end = width << 5
  for (let i: usize = 0; i < width; i++) {
    let s0 = zero, s1 = zero
    for (let at: usize = 0; at < end; at += 32, a += 8) {
      const entry = v128.load_splat<f64>(a)
      s0 = madd<f64>(entry, v128.load(xTile + at), s0)
      s1 = madd<f64>(entry, v128.load(xTile + at, 16), s1)
    }
    v128.store(yTile + (i << 5), s0)
    v128.store(yTile + (i << 5), s1, 16)
  }
  const ld = width << 3
  let i = first + width
  for (; i + 2 <= n; i += 2, a += ld) {
    const xi = x + (i << 5), yi = y + (i << 5)
    const p0 = v128.load(xi), p1 = v128.load(xi, 16), q0 = v128.load(xi, 32), q1 = v128.load(xi, 48)
    let s0 = zero, s1 = zero, t0 = zero, t1 = zero
    for (let at: usize = 0; at < end; at += 32, a += 8) {
      const e = v128.load_splat<f64>(a), f = v128.load_splat<f64>(a + ld)
      const x0 = v128.load(xTile + at), x1 = v128.load(xTile + at, 16)
      s0 = madd<f64>(e, x0, s0)
      s1 = madd<f64>(e, x1, s1)
      t0 = madd<f64>(f, x0, t0)
      t1 = madd<f64>(f, x1, t1)
      v128.store(yTile + at, madd<f64>(f, q0, madd<f64>(e, p0, v128.load(yTile + at))))
      v128.store(yTile + at, madd<f64>(f, q1, madd<f64>(e, p1, v128.load(yTile + at, 16))), 16)
    }
    v128.store(yi, s0)
    v128.store(yi, s1, 16)
    v128.store(yi, t0, 32)
    v128.store(yi, t1, 48)
  }
  if (i < n) {
    const xi = x + (i << 5), yi = y + (i << 5)
    const p0 = v128.load(xi), p1 = v128.load(xi, 16)
    let s0 = zero, s1 = zero
    for (let at: usize = 0; at < end; at += 32, a += 8) {
      const e = v128.load_splat<f64>(a)
      s0 = madd<f64>(e, v128.load(xTile + at), s0)
      s1 = madd<f64>(e, v128.load(xTile + at, 16), s1)
      v128.store(yTile + at, madd<f64>(e, p0, v128.load(yTile + at)))
      v128.store(yTile + at, madd<f64>(e, p1, v128.load(yTile + at, 16)), 16)
    }
    v128.store(yi, s0)
    v128.store(yi, s1, 16)
  }
}

/** Entries (j, i) and (j + 1, i) of what two rows i hold at columns j and j + 1. */
// @ts-ignore: decorator
@inline
function firstColumn(upper: v128, lower: v128): v128 {
  return v128.shuffle<f64>(upper, lower, 0, 2)
}

// @ts-ignore: decorator
@inline
function secondColumn(upper: v128, lower: v128): v128 {
  return v128.shuffle<f64>(upper, lower, 1, 3)
}

/** y_i = Σ_j a_ij x_j for the rows of a square of even width; two rows in a vector, each its own chain over j. */
function squareTimesOne(width: usize, a: usize, x: usize, y: usize): void {
  const ld = width << 3, end = x + ld
  for (let i: usize = 0; i < width; i += 2, a += 2 * ld) {
    let s = v128.splat<f64>(0)
    for (let at = x, p = a; at < end; at += 16, p += 16) {
      const upper = v128.load(p), lower = v128.load(p + ld)
      s = madd<f64>(firstColumn(upper, lower), v128.load64_splat(at), s)
      s = madd<f64>(secondColumn(upper, lower), v128.load64_splat(at, 8), s)
    }
    v128.store(y + (i << 3), s)
  }
}

/**
 * Four rows of a tile of even width and their mirror images: y_i = Σ_j a_ij x_j, and y_j += Σ_i a_ij x_i in the order of i.
 * A function of its own, exported so that it stays one, for its registers.
 */
export function fourRowsTimesOne(width: usize, a: usize, xTile: usize, yTile: usize, xi: usize, yi: usize): void {
  const ld = width << 3
  const a1 = a + ld, a2 = a1 + ld, a3 = a2 + ld
  const p0 = v128.load64_splat(xi), p1 = v128.load64_splat(xi, 8)
  const p2 = v128.load64_splat(xi, 16), p3 = v128.load64_splat(xi, 24)
  let s0 = v128.splat<f64>(0), s1 = s0
  for (let at: usize = 0; at < ld; at += 16) {
    const x0 = v128.load64_splat(xTile + at), x1 = v128.load64_splat(xTile + at, 8)
    const e0 = v128.load(a + at), e1 = v128.load(a1 + at)
    let sum = madd<f64>(e0, p0, v128.load(yTile + at))
    sum = madd<f64>(e1, p1, sum)
    s0 = madd<f64>(firstColumn(e0, e1), x0, s0)
    s0 = madd<f64>(secondColumn(e0, e1), x1, s0)
    const e2 = v128.load(a2 + at), e3 = v128.load(a3 + at)
    sum = madd<f64>(e2, p2, sum)
    v128.store(yTile + at, madd<f64>(e3, p3, sum))
    s1 = madd<f64>(firstColumn(e2, e3), x0, s1)
    s1 = madd<f64>(secondColumn(e2, e3), x1, s1)
  }
  v128.store(yi, s0)
  v128.store(yi, s1, 16)
}

/** One row of a tile entry by entry: y_i = and, where it is mirrored, y_j += as above. */
function rowTimesOne(width: usize, a: usize, xTile: usize, yTile: usize, xi: usize, yi: usize, mirrored: bool): void {
  const p = v128.load64_zero(xi)
  let s = v128.splat<f64>(0)
  for (let j: usize = 0; j < width; j++) {
    const at = j << 3
    const e = v128.load64_zero(a + at)
    s = madd<f64>(e, v128.load64_zero(xTile + at), s)
    if (mirrored) v128.store64_lane(yTile + at, madd<f64>(e, p, v128.load64_zero(yTile + at)), 0)
  }
  v128.store64_lane(yi, s, 0)
}

/** As {@link symmetricTile} for a single vector, X and Y plain rows: the same bits. */
export function symmetricTileOne(n: usize, first: usize, width: usize, a: usize, x: usize, y: usize): void {
  const xTile = x + (first << 3), yTile = y + (first << 3)
  const ld = width << 3
  const even = (width & 1) == 0
  if (even) {
    squareTimesOne(width, a, xTile, yTile)
  } else {
    for (let i: usize = 0; i < width; i++) rowTimesOne(width, a + i * ld, xTile, yTile, xTile, yTile + (i << 3), false)
  }
  a += width * ld
  let i = first + width
  for (; even && i + 4 <= n; i += 4, a += 4 * ld) {
    fourRowsTimesOne(width, a, xTile, yTile, x + (i << 3), y + (i << 3))
  }
  for (; i < n; i++, a += ld) {
    rowTimesOne(width, a, xTile, yTile, x + (i << 3), y + (i << 3), true)
  }
}

/** As {@link sumTiles} for a single vector. */
export function sumTilesOne(n: usize, width: usize, shares: usize, row: usize): void {
  for (let j: usize = 0; j < n; j++) {
    const tiles = j / width
    let sum: f64 = 0
    let from = shares + (j << 3)
    for (let t: usize = 0; t <= tiles; t++, from += n << 3) sum += load<f64>(from)
    store<f64>(row + (j << 3), sum)
  }
}

/**
 * Adds the tiles' shares, in their order: rows[c, j] = Σ_t shares[t, j, c] over the tiles t that begin at or before row j.
 */
export function sumTiles(n: usize, width: usize, shares: usize, rows: usize, count: usize): void {
  for (let j: usize = 0; j < n; j++) {
    const tiles = j / width
    let s0 = v128.splat<f64>(0), s1 = s0
    let from = shares + (j << 5)
    for (let t: usize = 0; t <= tiles; t++, from += n << 5) {
      s0 = v128.add<f64>(s0, v128.load(from))
      s1 = v128.add<f64>(s1, v128.load(from, 16))
    }
    const to = rows + (j << 3), ld = n << 3
    store<f64>(to, v128.extract_lane<f64>(s0, 0))
    if (count > 1) store<f64>(to + ld, v128.extract_lane<f64>(s0, 1))
    if (count > 2) store<f64>(to + 2 * ld, v128.extract_lane<f64>(s1, 0))
    if (count > 3) store<f64>(to + 3 * ld, v128.extract_lane<f64>(s1, 1))
  }
}
