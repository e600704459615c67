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

/**
 * Σ_p w(p) (m x(p) ∓ x'(p))²/2m for m = c + rest, where c has half the digits: c x is taken away in two exact products, the
 * first of which leaves of x' no more than what is apart, and nothing is rounded but the difference.
 */
// @ts-ignore: decorator
@inline
function deficit(live: usize, weights: usize, samples: usize, plus: bool, c: v128, rest: v128, scale: v128): v128 {
  const bytes = live * 32
  let sum = f64x2.splat(0)
  for (let p: usize = 0; p < live; p++) {
    const weight = load<f64>(weights + p * 8)
    if (weight == 0) continue
    const at = samples + p * 32, other = v128.load(at + bytes)
    const first = f64x2.sub(f64x2.mul(c, v128.load(at + 2 * bytes)), plus ? f64x2.neg(other) : other)
    const d = f64x2.add(first, madd<f64>(rest, v128.load(at), f64x2.mul(c, v128.load(at + 3 * bytes))))
    sum = madd<f64>(f64x2.mul(f64x2.splat(weight), d), d, sum)
  }
  return f64x2.div(f64x2.mul(f64x2.splat(0.5), sum), scale)
}

/**
 * One row of weights w: writes E⁻, E⁺, √q and √q' of Σ_p w(p) x(p) x'(p), `stride` bytes apart, and returns ones where the
 * row sees two equal samples. With m = √q'/√q, E∓ = Σ_p w(p) (m x(p) ∓ x'(p))²/2m.
 */
export function nearGram(live: usize, weights: usize, samples: usize, out: usize, stride: usize): v128 {
  const zero = f64x2.splat(0), two = f64x2.splat(2)
  let q = zero, other = zero
  for (let p: usize = 0; p < live; p++) {
    const w = v128.load64_splat(weights + p * 8)
    const a = v128.load(samples + p * 32), b = v128.load(samples + (live + p) * 32)
    q = madd<f64>(f64x2.mul(w, a), a, q)
    other = madd<f64>(f64x2.mul(w, b), b, other)
  }
  const root = f64x2.sqrt(q), otherRoot = f64x2.sqrt(other), norm = f64x2.mul(root, otherRoot)
  const alive = f64x2.gt(norm, zero)
  const ratio = f64x2.div(otherRoot, root), c = upper(ratio), rest = f64x2.sub(ratio, c)
  let minus = v128.and(deficit(live, weights, samples, false, c, rest, ratio), alive)
  let plus = f64x2.sub(f64x2.mul(two, norm), minus)
  const opposite = f64x2.gt(minus, norm)
  if (v128.any_true(opposite)) {
    plus = v128.bitselect(deficit(live, weights, samples, true, c, rest, ratio), plus, opposite)
    minus = v128.bitselect(f64x2.sub(f64x2.mul(two, norm), plus), minus, opposite)
  }
  v128.store(out, minus)
  v128.store(out + stride, plus)
  v128.store(out + 2 * stride, root)
  v128.store(out + 3 * stride, otherRoot)
  return v128.and(f64x2.eq(minus, zero), f64x2.eq(q, other))
}
