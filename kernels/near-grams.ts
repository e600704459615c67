// The first layer's weighted Grams of nearly parallel pairs as deficits (see near-parallel.ts), two lanes at a time. Samples of
// the lanes are arrays [coordinate][4], one after the other: x, x', and x cut into halves whose products with another half
// are exact.

import { madd } from './simd'

/** The upper half of a number's digits. */
// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return v128.and(x, i64x2.splat(~((<i64>1 << 27) - 1)))
}

/** Bytes that the arrays of so many coordinates take. */
export function nearSamples(live: usize): usize {
  return 4 * live * 32
}

/** Writes both halves of x beside x and x'. */
export function halveSamples(live: usize, samples: usize): void {
  const halves = samples + 2 * live * 32
  for (let at: usize = 0; at < live * 32; at += 16) {
    const x = v128.load(samples + at), high = upper(x)
    v128.store(halves + at, high)
    v128.store(halves + live * 32 + at, f64x2.sub(x, high))
  }
}

/** Σ_p w(p) x(p)², `out`, and Σ_p w(p) x'(p)², `outOther`, of all lanes. */
function variances(live: usize, weights: usize, samples: usize, out: usize, outOther: usize): void {
  const others = live * 32
  let q0 = f64x2.splat(0), q1 = q0, other0 = q0, other1 = q0
  for (let p: usize = 0; p < live; p++) {
    const w = v128.load64_splat(weights + p * 8), at = samples + p * 32
    const a0 = v128.load(at), a1 = v128.load(at, 16), b0 = v128.load(at + others), b1 = v128.load(at + others, 16)
    q0 = madd<f64>(f64x2.mul(w, a0), a0, q0)
    q1 = madd<f64>(f64x2.mul(w, a1), a1, q1)
    other0 = madd<f64>(f64x2.mul(w, b0), b0, other0)
    other1 = madd<f64>(f64x2.mul(w, b1), b1, other1)
  }
  v128.store(out, q0); v128.store(out, q1, 16)
  v128.store(outOther, other0); v128.store(outOther, other1, 16)
}

/** m x ∓ x' of two lanes, from what is at x and further on. */
// @ts-ignore: decorator
@inline
function apart(at: usize, bytes: usize, plus: bool, c: v128, rest: v128): v128 {
  const other = v128.load(at + bytes), most = f64x2.mul(c, v128.load(at + 2 * bytes))
  const first = plus ? f64x2.add(most, other) : f64x2.sub(most, other)
  return f64x2.add(first, madd<f64>(rest, v128.load(at), f64x2.mul(c, v128.load(at + 3 * bytes))))
}

/**
 * Σ_p w(p) (m x(p) ∓ x'(p))²/2m of all lanes, for m = c + rest where c has half the digits: c x is taken away in two exact
 * products, the first of which leaves of x' no more than what is apart, and nothing is rounded but the difference.
 */
// @ts-ignore: decorator
@inline
function deficits(live: usize, weights: usize, samples: usize, plus: bool, ratios: usize, out: usize): void {
  const bytes = live * 32
  const ratio0 = v128.load(ratios), c0 = upper(ratio0), rest0 = f64x2.sub(ratio0, c0)
  const ratio1 = v128.load(ratios, 16), c1 = upper(ratio1), rest1 = f64x2.sub(ratio1, c1)
  let sum0 = f64x2.splat(0), sum1 = sum0
  for (let p: usize = 0; p < live; p++) {
    const weight = load<f64>(weights + p * 8)
    if (weight == 0) continue
    const at = samples + p * 32, w = f64x2.splat(weight)
    const d0 = apart(at, bytes, plus, c0, rest0), d1 = apart(at + 16, bytes, plus, c1, rest1)
    sum0 = madd<f64>(f64x2.mul(w, d0), d0, sum0)
    sum1 = madd<f64>(f64x2.mul(w, d1), d1, sum1)
  }
  const half = f64x2.splat(0.5)
  v128.store(out, f64x2.div(f64x2.mul(half, sum0), ratio0))
  v128.store(out, f64x2.div(f64x2.mul(half, sum1), ratio1), 16)
}

/**
 * One row of weights w: writes E⁻, E⁺, √q and √q' of Σ_p w(p) x(p) x'(p), `stride` bytes apart, and returns a bit for each lane
 * whose samples are equal for all that the row sees. With m = √q'/√q, E∓ = Σ_p w(p) (m x(p) ∓ x'(p))²/2m.
 * work: 64 bytes.
 */
export function nearGram(live: usize, weights: usize, samples: usize, out: usize, stride: usize, work: usize): i32 {
  const zero = f64x2.splat(0), two = f64x2.splat(2)
  const roots = out + 2 * stride, otherRoots = roots + stride
  let equal: i32 = 0, opposites: i32 = 0
  variances(live, weights, samples, roots, otherRoots)
  for (let at: usize = 0; at < 32; at += 16) {
    const q = v128.load(roots + at), other = v128.load(otherRoots + at)
    const root = f64x2.sqrt(q), otherRoot = f64x2.sqrt(other)
    equal |= i64x2.bitmask(f64x2.eq(q, other)) << (<i32>at >> 3)
    v128.store(roots + at, root)
    v128.store(otherRoots + at, otherRoot)
    v128.store(work + at, f64x2.div(otherRoot, root))
  }
  deficits(live, weights, samples, false, work, out)
  for (let at: usize = 0; at < 32; at += 16) {
    const norm = f64x2.mul(v128.load(roots + at), v128.load(otherRoots + at))
    const minus = v128.and(v128.load(out + at), f64x2.gt(norm, zero))
    v128.store(out + at, minus)
    v128.store(out + stride + at, f64x2.sub(f64x2.mul(two, norm), minus))
    equal &= ~(i64x2.bitmask(f64x2.ne(minus, zero)) << (<i32>at >> 3))
    opposites |= i64x2.bitmask(f64x2.gt(minus, norm))
  }
  if (opposites == 0) return equal
  deficits(live, weights, samples, true, work, work + 32)
  for (let at: usize = 0; at < 32; at += 16) {
    const norm = f64x2.mul(v128.load(roots + at), v128.load(otherRoots + at))
    const minus = v128.load(out + at), opposite = f64x2.gt(minus, norm)
    const plus = v128.bitselect(v128.load(work + 32 + at), v128.load(out + stride + at), opposite)
    v128.store(out + stride + at, plus)
    v128.store(out + at, v128.bitselect(f64x2.sub(f64x2.mul(two, norm), plus), minus, opposite))
  }
  return equal
}
