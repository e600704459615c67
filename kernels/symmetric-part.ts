// The symmetric part of a matrix, in place: what the decompositions work on.

/** Side of the squares that meet their mirror images: both stay in L1. */
const TILE: usize = 32

/** max |x_j| of n elements; not a number when one of them is not finite. */
export function largestSize(n: usize, x: usize): f64 {
  const zero = v128.splat<f64>(0)
  let m0 = zero, m1 = zero, finite = zero
  const end4 = x + ((n & ~3) << 3), end = x + (n << 3)
  for (; x < end4; x += 32) {
    const p = v128.load(x), q = v128.load(x, 16)
    m0 = f64x2.pmax(m0, v128.abs<f64>(p))
    m1 = f64x2.pmax(m1, v128.abs<f64>(q))
    finite = v128.add<f64>(finite, v128.add<f64>(v128.mul<f64>(p, zero), v128.mul<f64>(q, zero)))
  }
  m0 = f64x2.pmax(m0, m1)
  let largest = max(f64x2.extract_lane(m0, 0), f64x2.extract_lane(m0, 1))
  let rest = f64x2.extract_lane(finite, 0) + f64x2.extract_lane(finite, 1)
  for (; x < end; x += 8) {
    const entry = load<f64>(x)
    largest = max(largest, abs(entry))
    rest += entry * 0
  }
  return largest + rest
}

/** One entry below the diagonal and its mirror image; returns how far they are apart. */
// @ts-ignore: decorator
@inline
function average(at: usize, image: usize, first: f64, second: f64): f64 {
  const p = load<f64>(at), q = load<f64>(image)
  store<f64>(at, 0.5 * (p * first * second + q * first * second))
  return abs(p - q)
}

/**
 * Rows top … bottom − 1 of the lower triangle with its diagonal become those of first · second · (A + Aᵀ)/2; what is above
 * is read alone. `worst` receives max |a_ij − a_ji| over these rows. A has `lda` elements per row.
 */
export function symmetricPart(
  top: usize, bottom: usize, a: usize, lda: usize, first: f64, second: f64, worst: usize,
): void {
  const ld = lda << 3
  const half = v128.splat<f64>(0.5), f = v128.splat<f64>(first), s = v128.splat<f64>(second)
  let apart = v128.splat<f64>(0)
  let largest: f64 = 0
  const pairs = bottom - ((bottom - top) & 1)
  for (let left: usize = 0; left < top; left += TILE) {
    const right = min(top, left + TILE)
    const even = right - ((right - left) & 1)
    for (let i = top; i < pairs; i += 2) {
      let at = a + i * ld + (left << 3), image = a + left * ld + (i << 3)
      for (let j = left; j < even; j += 2, at += 16, image += 2 * ld) {
        const p = v128.load(at), q = v128.load(at + ld)
        const x = v128.load(image), y = v128.load(image + ld)
        const u = v128.shuffle<f64>(x, y, 0, 2), w = v128.shuffle<f64>(x, y, 1, 3)
        apart = f64x2.pmax(apart, v128.abs<f64>(v128.sub<f64>(p, u)))
        apart = f64x2.pmax(apart, v128.abs<f64>(v128.sub<f64>(q, w)))
        const pu = v128.add<f64>(
          v128.mul<f64>(v128.mul<f64>(p, f), s), v128.mul<f64>(v128.mul<f64>(u, f), s),
        )
        const qw = v128.add<f64>(
          v128.mul<f64>(v128.mul<f64>(q, f), s), v128.mul<f64>(v128.mul<f64>(w, f), s),
        )
        v128.store(at, v128.mul<f64>(half, pu))
        v128.store(at + ld, v128.mul<f64>(half, qw))
      }
      if (even < right) {
        largest = max(largest, average(at, image, first, second))
        largest = max(largest, average(at + ld, image + 8, first, second))
      }
    }
    if (pairs < bottom) {
      for (let j = left; j < right; j++) {
        largest = max(largest, average(a + pairs * ld + (j << 3), a + j * ld + (pairs << 3), first, second))
      }
    }
  }
  for (let i = top; i < bottom; i++) {
    for (let j = top; j <= i; j++) {
      largest = max(largest, average(a + i * ld + (j << 3), a + j * ld + (i << 3), first, second))
    }
  }
  store<f64>(worst, max(largest, max(f64x2.extract_lane(apart, 0), f64x2.extract_lane(apart, 1))))
}
