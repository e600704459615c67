// Rows of f64 in combination: dot products, and multiples of many rows taken from one.

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

/** out[r] = row r · x, for `count` rows of `ld` bytes; `count` is even. */
export function rowDots(n: usize, rows: usize, ld: usize, count: usize, x: usize, out: usize): void {
  const even = n & ~1
  for (let r: usize = 0; r < count; r += 2, rows += 2 * ld, out += 16) {
    const row1 = rows + ld
    let s0 = v128.splat<f64>(0), s1 = s0, t0 = s0, t1 = s0
    let j: usize = 0
    for (; j + 4 <= n; j += 4) {
      const at = j << 3
      const x0 = v128.load(x + at), x1 = v128.load(x + at, 16)
      s0 = madd<f64>(v128.load(rows + at), x0, s0)
      t0 = madd<f64>(v128.load(row1 + at), x0, t0)
      s1 = madd<f64>(v128.load(rows + at, 16), x1, s1)
      t1 = madd<f64>(v128.load(row1 + at, 16), x1, t1)
    }
    for (; j < even; j += 2) {
      const at = j << 3
      const x0 = v128.load(x + at)
      s0 = madd<f64>(v128.load(rows + at), x0, s0)
      t0 = madd<f64>(v128.load(row1 + at), x0, t0)
    }
    let s = laneSum(v128.add<f64>(s0, s1)), t = laneSum(v128.add<f64>(t0, t1))
    if (j < n) {
      const at = j << 3
      s += load<f64>(rows + at) * load<f64>(x + at)
      t += load<f64>(row1 + at) * load<f64>(x + at)
    }
    store<f64>(out, s)
    store<f64>(out, t, 8)
  }
}

/** y −= Σ_r coefficient[r] · row r, for `count` rows of `ld` bytes; `count` is even. */
export function subtractRows(n: usize, rows: usize, ld: usize, count: usize, coefficient: usize, y: usize): void {
  const even = n & ~1
  let r: usize = 0
  for (; r + 4 <= count; r += 4, rows += 4 * ld, coefficient += 32) {
    const c0 = -load<f64>(coefficient), c1 = -load<f64>(coefficient, 8)
    const c2 = -load<f64>(coefficient, 16), c3 = -load<f64>(coefficient, 24)
    const v0 = v128.splat<f64>(c0), v1 = v128.splat<f64>(c1), v2 = v128.splat<f64>(c2), v3 = v128.splat<f64>(c3)
    const row1 = rows + ld, row2 = row1 + ld, row3 = row2 + ld
    for (let j: usize = 0; j < even; j += 2) {
      const at = j << 3
      let sum = madd<f64>(v128.load(rows + at), v0, v128.load(y + at))
      let other = v128.mul<f64>(v128.load(row1 + at), v1)
      sum = madd<f64>(v128.load(row2 + at), v2, sum)
      other = madd<f64>(v128.load(row3 + at), v3, other)
      v128.store(y + at, v128.add<f64>(sum, other))
    }
    if (even < n) {
      const at = even << 3
      const sum = load<f64>(rows + at) * c0 + load<f64>(row1 + at) * c1
      store<f64>(y + at, load<f64>(y + at) + sum + load<f64>(row2 + at) * c2 + load<f64>(row3 + at) * c3)
    }
  }
  for (; r < count; r += 2, rows += 2 * ld, coefficient += 16) {
    const c0 = -load<f64>(coefficient), c1 = -load<f64>(coefficient, 8)
    const v0 = v128.splat<f64>(c0), v1 = v128.splat<f64>(c1)
    const row1 = rows + ld
    for (let j: usize = 0; j < even; j += 2) {
      const at = j << 3
      v128.store(y + at, madd<f64>(v128.load(row1 + at), v1, madd<f64>(v128.load(rows + at), v0, v128.load(y + at))))
    }
    if (even < n) {
      const at = even << 3
      store<f64>(y + at, load<f64>(y + at) + load<f64>(rows + at) * c0 + load<f64>(row1 + at) * c1)
    }
  }
}
