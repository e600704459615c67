// The duals of nearly parallel pairs from deficits to deficits (see near-parallel.ts), two lanes at a time. Here m is the
// smaller deficit, M = 2n − m the larger one with n = √(q q'), and χ = 2 atan √(m/M) the angle to the nearer axis: that between
// the samples, or what it leaves of π where they are opposite. Every difference below leaves a third of its first term or more.

import { upperAngle } from './angle'
import { madd } from './simd'

/** (−1)^{m+1} 2m/(2m + 1)!, m = 1 … 12. */
const crescentSeries = memory.data<f64>([
  0.3333333333333333333333,
  -0.03333333333333333333333,
  0.00119047619047619047619,
  -0.00002204585537918871252205,
  2.505210838544171877505e-7,
  -1.927085260418593751927e-9,
  1.070602922454774306626e-11,
  -4.498331606952833221118e-14,
  1.479714344392379349052e-16,
  -3.91458821267825224617e-19,
  8.509974375387504882977e-22,
  -1.547268068252273615087e-24,
])

/** sin χ − χ cos χ for |χ| ≤ π/2, or a rounding more, without its cancellation. */
// @ts-ignore: decorator
@inline
function crescent(angle: v128): v128 {
  const z = f64x2.mul(angle, angle)
  let sum = v128.load64_splat(crescentSeries, 88)
  for (let at = crescentSeries + 80; at >= crescentSeries; at -= 8) sum = madd<f64>(sum, z, v128.load64_splat(at))
  return f64x2.mul(f64x2.mul(angle, z), sum)
}

/** Keeps the smaller of E⁻ and E⁺; the larger one follows from their sum. Both are zero where a sample is dead. */
// @ts-ignore: decorator
@inline
export function settleDeficits(minus: v128, plus: v128, norm: v128, toMinus: usize, toPlus: usize): void {
  const opposite = f64x2.gt(minus, plus), alive = f64x2.gt(norm, f64x2.splat(0))
  const small = v128.bitselect(plus, minus, opposite)
  const large = f64x2.sub(f64x2.mul(f64x2.splat(2), norm), small)
  v128.store(toMinus, v128.and(v128.bitselect(large, small, opposite), alive))
  v128.store(toPlus, v128.and(v128.bitselect(small, large, opposite), alive))
}

/** From K and Θ to G and Ġ∘Θ + own · G; `roots` are the samples' deviations √q and √q'. */
// @ts-ignore: decorator
@inline
export function nearArcCosine(
  slope: f64, own: f64, root: v128, otherRoot: v128, minus: usize, plus: usize, value: usize, theta: usize,
): void {
  const zero = f64x2.splat(0), two = f64x2.splat(2)
  const one = f64x2.splat((1 + slope * slope) * 0.5), weight = f64x2.splat(((1 - slope) * (1 - slope)) * (0.5 / Math.PI))
  const rise = f64x2.splat(slope), fall = f64x2.splat(-slope)
  const sum = f64x2.splat((1 + slope) * (1 + slope) * 0.5), rest = f64x2.splat((1 - slope) * (1 - slope) * 0.5)
  const norm = f64x2.mul(root, otherRoot)
  const below = v128.load(minus), above = v128.load(plus)
  const opposite = f64x2.gt(below, above)
  const small = f64x2.pmin(below, above), large = f64x2.pmax(below, above)
  const angle = f64x2.mul(two, upperAngle(f64x2.sqrt(small), f64x2.sqrt(large)))
  const arc = f64x2.mul(f64x2.mul(weight, norm), crescent(angle))
  // G = c|k| + arc, or −slope |k| + arc with opposite samples, where c = G(q, q, q)/q = (1 + slope²)/2.
  const g = madd<f64>(v128.bitselect(fall, one, opposite), f64x2.sub(norm, small), arc)
  const turn = f64x2.mul(weight, angle)
  const derivative = v128.bitselect(f64x2.add(rise, turn), f64x2.sub(one, turn), opposite)
  const gMinus = f64x2.sub(
    v128.bitselect(madd<f64>(sum, norm, f64x2.mul(fall, small)), f64x2.mul(one, small), opposite), arc,
  )
  const gPlus = f64x2.add(
    v128.bitselect(madd<f64>(rest, norm, f64x2.mul(rise, small)), f64x2.mul(one, large), opposite), arc,
  )
  const deadI = f64x2.eq(root, zero), deadJ = f64x2.eq(otherRoot, zero), dead = v128.or(deadI, deadJ)
  let slopes = v128.bitselect(f64x2.splat(slope * (1 + slope) * 0.5), derivative, dead)
  slopes = v128.bitselect(f64x2.splat(slope * slope), slopes, v128.and(deadI, deadJ))
  const living = v128.andnot(g, dead)
  v128.store(minus, v128.andnot(gMinus, dead))
  v128.store(plus, v128.andnot(gPlus, dead))
  v128.store(value, living)
  v128.store(theta, madd<f64>(f64x2.splat(own), living, f64x2.mul(slopes, v128.load(theta))))
}

/** √(x² + y²) for x, y ≥ 0, not both zero, without squares that leave the range of f64. */
// @ts-ignore: decorator
@inline
export function hypotenuse(x: v128, y: v128): v128 {
  const most = f64x2.pmax(x, y), share = f64x2.div(f64x2.pmin(x, y), most)
  return f64x2.mul(most, f64x2.sqrt(madd<f64>(share, share, f64x2.splat(1))))
}

/** (π/2) G(q, q, q) of erf. */
// @ts-ignore: decorator
@inline
export function erfAngle(q: v128): v128 {
  return upperAngle(f64x2.mul(f64x2.splat(2), q), f64x2.sqrt(madd<f64>(f64x2.splat(4), q, f64x2.splat(1))))
}

/**
 * The same for erf. With D(k) = 1 + 2q + 2q' + 4 (n² − k²) and φ(k) = (π/2) G(k), the step from |k| to n is
 *
 *     sin(φ(n) − φ(k)) = 2 m M / (n √D(k) + |k| √D(n)),    cos(φ(n) − φ(k)) = (√(D(n) D(k)) + 4 n |k|) / ((1 + 2q)(1 + 2q')),
 *
 * and √(g g') − G(n), which is zero for equal variances, is taken as it stands.
 */
// @ts-ignore: decorator
@inline
export function nearErf(
  own: f64, q: v128, other: v128, root: v128, otherRoot: v128,
  minus: usize, plus: usize, value: usize, theta: usize,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4)
  const scale = f64x2.splat(2 / Math.PI)
  const norm = f64x2.mul(root, otherRoot)
  const below = v128.load(minus), above = v128.load(plus)
  const opposite = f64x2.gt(below, above)
  const small = f64x2.pmin(below, above), large = f64x2.pmax(below, above)
  const size = f64x2.sub(norm, small)
  const full = madd<f64>(two, f64x2.add(q, other), one)
  const rootN = f64x2.sqrt(full), rootK = hypotenuse(rootN, f64x2.mul(two, f64x2.mul(f64x2.sqrt(small), f64x2.sqrt(large))))
  const g = f64x2.mul(scale, upperAngle(f64x2.mul(two, size), rootK))
  const share = f64x2.div(small, norm)
  const side = madd<f64>(f64x2.div(size, norm), rootN, rootK)
  const sine = v128.and(f64x2.div(f64x2.mul(two, f64x2.mul(share, large)), side), f64x2.gt(norm, zero))
  const one0 = madd<f64>(two, q, one), one1 = madd<f64>(two, other, one)
  const cosine = madd<f64>(
    f64x2.div(rootN, one0), f64x2.div(rootK, one1), f64x2.mul(four, f64x2.mul(f64x2.div(norm, one0), f64x2.div(size, one1))),
  )
  const step = f64x2.mul(scale, upperAngle(sine, cosine))
  const most = f64x2.mul(scale, f64x2.sqrt(f64x2.mul(erfAngle(q), erfAngle(other))))
  const parallel = f64x2.mul(scale, upperAngle(f64x2.mul(two, norm), rootN))
  const gSmall = f64x2.add(f64x2.pmax(zero, f64x2.sub(most, parallel)), step), gLarge = f64x2.add(most, g)
  const signed = v128.bitselect(f64x2.neg(g), g, opposite)
  const derivative = f64x2.div(f64x2.splat(4 / Math.PI), rootK)
  v128.store(minus, v128.bitselect(gLarge, gSmall, opposite))
  v128.store(plus, v128.bitselect(gSmall, gLarge, opposite))
  v128.store(value, signed)
  v128.store(theta, madd<f64>(f64x2.splat(own), signed, f64x2.mul(derivative, v128.load(theta))))
}
