// Which pairs of samples are so nearly parallel, or opposite, at some position that the duals' plain form loses digits.

/** Where |k| exceeds this share of √(q q') an arc-cosine step, whose error grows with 1/θ, loses more than five bits. */
// @ts-ignore: decorator
@inline
const NEAR: f64 = 1 - 1.0 / 4096
/** The same for erf at variances beyond measure, where its error grows with 1/θ². */
// @ts-ignore: decorator
@inline
const NEAR_WIDE: f64 = 1 - 1.0 / 64
/** For erf, D = (1 + 2q)(1 + 2q') − 4k² may not fall below this share of q q'. */
// @ts-ignore: decorator
@inline
const SHARE: f64 = 1.0 / 8

// @ts-ignore: decorator
@inline
function nearAxis(share: f64, positions: usize, ti: usize, tj: usize, k: usize): i32 {
  const bound = f64x2.splat(share)
  let near0 = f64x2.splat(0), near1 = near0
  for (const end = k + positions * 32; k < end; k += 32) {
    const root = f64x2.mul(bound, v128.load64_splat(ti, 32))
    near0 = v128.or(near0, f64x2.gt(f64x2.abs(v128.load(k)), f64x2.mul(root, v128.load(tj, 32))))
    near1 = v128.or(near1, f64x2.gt(f64x2.abs(v128.load(k, 16)), f64x2.mul(root, v128.load(tj, 48))))
    ti += 64
    tj += 64
  }
  return i64x2.bitmask(near0) | (i64x2.bitmask(near1) << 2)
}

// @ts-ignore: decorator
@inline
function nearErf(positions: usize, ti: usize, tj: usize, k: usize): i32 {
  const one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4), share = f64x2.splat(4 - SHARE)
  let near: i32 = 0
  for (const end = k + positions * 32; k < end; k += 32) {
    const q = v128.load64_splat(ti)
    for (let at: usize = 0; at < 32; at += 16) {
      const other = v128.load(tj + at), covariance = v128.load(k + at)
      const product = f64x2.mul(share, f64x2.mul(q, other))
      const least = f64x2.add(product, f64x2.add(one, f64x2.mul(two, f64x2.add(q, other))))
      const most = f64x2.mul(four, f64x2.mul(covariance, covariance))
      near |= i64x2.bitmask(f64x2.gt(most, least)) << (<i32>at >> 3)
    }
    ti += 64
    tj += 64
  }
  return near
}

/**
 * Marks pairs of a block by what one layer's K shows: for each panel of four pairs an i32 with a bit for each of them.
 * family: see `dualPanels`. first: 1 for the first layer, 0 for those that add their marks.
 */
export function markNear(
  family: i32, positions: usize, table: usize, i0: usize, height: usize, j0: usize, width: usize,
  k: usize, ld: usize, first: i32, marks: usize,
): void {
  const panelBytes = positions * 64, share = family == 3 ? NEAR_WIDE : NEAR
  for (let i = i0; i < i0 + height; i++) {
    const ti = table + (i >> 2) * panelBytes + (i & 3) * 8
    let tj = table + j0 * panelBytes
    for (let t: usize = 0; t < width; t++) {
      const near = family == 1 ? nearErf(positions, ti, tj, k) : nearAxis(share, positions, ti, tj, k)
      store<i32>(marks, first ? near : load<i32>(marks) | near)
      tj += panelBytes
      k += ld
      marks += 4
    }
  }
}
