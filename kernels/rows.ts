// Rows of f64 in combination: dot products, and multiples of many rows added to others.

import { madd } from './simd'

// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f64 {
  return v128.extract_lane<f64>(v, 0) + v128.extract_lane<f64>(v, 1)
}

/** Σ x_j y_j over n elements. */
export function dot(n: usize, x: usize, y: usize): f64 {
  let s0 = v128.splat<f64>(0), s1 = s0, s2 = s0, s3 = s0
  const end8 = x + ((n & ~7) << 3)
  while (x < end8) {
    s0 = madd<f64>(v128.load(x), v128.load(y), s0)
    s1 = madd<f64>(v128.load(x, 16), v128.load(y, 16), s1)
    s2 = madd<f64>(v128.load(x, 32), v128.load(y, 32), s2)
    s3 = madd<f64>(v128.load(x, 48), v128.load(y, 48), s3)
    x += 64
    y += 64
  }
  let sum = laneSum(v128.add<f64>(v128.add<f64>(s0, s1), v128.add<f64>(s2, s3)))
  for (let i: usize = n & ~7; i < n; i++, x += 8, y += 8) sum += load<f64>(x) * load<f64>(y)
  return sum
}

/**
 * out[2r] = first row r · x and out[2r + 1] = second row r · x over n elements, for `count` pairs of rows, each `ld` bytes
 * after the one before.
 */
export function pairDots(n: usize, first: usize, second: usize, ld: usize, count: usize, x: usize, out: usize): void {
  const even = n & ~1
  for (let r: usize = 0; r < count; r++, first += ld, second += ld, out += 16) {
    let s0 = v128.splat<f64>(0), s1 = s0, t0 = s0, t1 = s0
    let j: usize = 0
    for (; j + 4 <= n; j += 4) {
      const at = j << 3
      const x0 = v128.load(x + at), x1 = v128.load(x + at, 16)
      s0 = madd<f64>(v128.load(first + at), x0, s0)
      t0 = madd<f64>(v128.load(second + at), x0, t0)
      s1 = madd<f64>(v128.load(first + at, 16), x1, s1)
      t1 = madd<f64>(v128.load(second + at, 16), x1, t1)
    }
    for (; j < even; j += 2) {
      const at = j << 3
      const x0 = v128.load(x + at)
      s0 = madd<f64>(v128.load(first + at), x0, s0)
      t0 = madd<f64>(v128.load(second + at), x0, t0)
    }
    let s = laneSum(v128.add<f64>(s0, s1)), t = laneSum(v128.add<f64>(t0, t1))
    if (j < n) {
      const at = j << 3
      s += load<f64>(first + at) * load<f64>(x + at)
      t += load<f64>(second + at) * load<f64>(x + at)
    }
    store<f64>(out, s)
    store<f64>(out, t, 8)
  }
}

/**
 * y += Σ_r c[4r] · first row r + c[4r + 1] · second row r, and z likewise with c[4r + 2] and c[4r + 3], for `count` pairs of
 * rows: each is read once for both.
 */
export function addPairs(
  n: usize, first: usize, second: usize, ld: usize, count: usize, c: usize, y: usize, z: usize,
): void {
  const even = n & ~1
  let r: usize = 0
  for (; r + 2 <= count; r += 2, first += 2 * ld, second += 2 * ld, c += 64) {
    const p0 = v128.load_splat<f64>(c), q0 = v128.load_splat<f64>(c, 8)
    const p1 = v128.load_splat<f64>(c, 32), q1 = v128.load_splat<f64>(c, 40)
    const u0 = v128.load_splat<f64>(c, 16), w0 = v128.load_splat<f64>(c, 24)
    const u1 = v128.load_splat<f64>(c, 48), w1 = v128.load_splat<f64>(c, 56)
    const first1 = first + ld, second1 = second + ld
    for (let j: usize = 0; j < even; j += 2) {
      const at = j << 3
      let row = v128.load(first + at)
      let sy = madd<f64>(row, p0, v128.load(y + at)), sz = madd<f64>(row, u0, v128.load(z + at))
      row = v128.load(second + at)
      sy = madd<f64>(row, q0, sy); sz = madd<f64>(row, w0, sz)
      row = v128.load(first1 + at)
      sy = madd<f64>(row, p1, sy); sz = madd<f64>(row, u1, sz)
      row = v128.load(second1 + at)
      v128.store(y + at, madd<f64>(row, q1, sy))
      v128.store(z + at, madd<f64>(row, w1, sz))
    }
    if (even < n) {
      addPair(even, n, first, second, c, y, z)
      addPair(even, n, first1, second1, c + 32, y, z)
    }
  }
  if (r < count) addPair(0, n, first, second, c, y, z)
}

/** One pair of rows of {@link addPairs}, elements from … n − 1. */
function addPair(from: usize, n: usize, first: usize, second: usize, c: usize, y: usize, z: usize): void {
  const p = load<f64>(c), q = load<f64>(c, 8), u = load<f64>(c, 16), w = load<f64>(c, 24)
  for (let j = from; j < n; j++) {
    const at = j << 3
    const f = load<f64>(first + at), s = load<f64>(second + at)
    store<f64>(y + at, load<f64>(y + at) + f * p + s * q)
    store<f64>(z + at, load<f64>(z + at) + f * u + s * w)
  }
}
