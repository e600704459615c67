// The first layer's weighted Grams of nearly parallel pairs as deficits (see near-parallel.ts), two lanes at a time.

import { madd } from './simd'

/** Samples of the lanes, [coordinate][4]: x − x' to all its digits, x, x'; one after the other. */
// @ts-ignore: decorator
@inline
function deficit(live: usize, weights: usize, gap: usize, plus: bool, c0: v128, c1: v128, c2: v128): v128 {
  const x = gap + live * 32, others = x + live * 32
  let sum = f64x2.splat(0)
  for (let p: usize = 0; p < live; p++) {
    if (load<f64>(weights + p * 8) == 0) continue
    const a = v128.load(x + p * 32), b = v128.load(others + p * 32)
    const whole = plus ? f64x2.add(a, b) : v128.load(gap + p * 32)
    const far = f64x2.mul(c2, b)
    const d = madd<f64>(c0, whole, madd<f64>(c1, a, plus ? f64x2.neg(far) : far))
    sum = madd<f64>(f64x2.mul(v128.load64_splat(weights + p * 8), d), d, sum)
  }
  return f64x2.mul(f64x2.splat(0.5), sum)
}

/**
 * One row of weights w: writes E⁻, E⁺, √q and √q' of Σ_p w(p) x(p) x'(p), `stride` bytes apart, and returns ones where the
 * row sees two equal samples. With α = √(√q'/√q), E∓ = ½ Σ_p w(p) (α x(p) ∓ x'(p)/α)²; where α is near 1 the sum is taken of
 * (x ∓ x') + (α − 1) x ± (1 − 1/α) x', so that what is common to both samples leaves no rounding behind.
 */
export function nearGram(live: usize, weights: usize, gap: usize, out: usize, stride: usize): v128 {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2)
  const x = gap + live * 32, others = x + live * 32
  let q = zero, other = zero
  for (let p: usize = 0; p < live; p++) {
    const w = v128.load64_splat(weights + p * 8)
    const a = v128.load(x + p * 32), b = v128.load(others + p * 32)
    q = madd<f64>(f64x2.mul(w, a), a, q)
    other = madd<f64>(f64x2.mul(w, b), b, other)
  }
  const root = f64x2.sqrt(q), otherRoot = f64x2.sqrt(other), norm = f64x2.mul(root, otherRoot)
  const alive = f64x2.gt(norm, zero)
  const alpha = f64x2.sqrt(f64x2.div(otherRoot, root)), beyond = f64x2.sub(alpha, one)
  const close = f64x2.lt(f64x2.abs(beyond), f64x2.splat(0.25))
  const c0 = v128.and(one, close)
  const c1 = v128.bitselect(beyond, alpha, close)
  const c2 = f64x2.div(v128.bitselect(beyond, f64x2.splat(-1), close), alpha)
  let minus = v128.and(deficit(live, weights, gap, false, c0, c1, c2), alive)
  let plus = f64x2.sub(f64x2.mul(two, norm), minus)
  const opposite = f64x2.gt(minus, norm)
  if (v128.any_true(opposite)) {
    plus = v128.bitselect(deficit(live, weights, gap, true, c0, c1, c2), plus, opposite)
    minus = v128.bitselect(f64x2.sub(f64x2.mul(two, norm), plus), minus, opposite)
  }
  v128.store(out, minus)
  v128.store(out + stride, plus)
  v128.store(out + 2 * stride, root)
  v128.store(out + 3 * stride, otherRoot)
  return v128.and(f64x2.eq(minus, zero), f64x2.eq(q, other))
}
