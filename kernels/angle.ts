// The polar angle of points in the upper half plane, two at a time.

import { madd } from './simd'

/**
 * atan(t)/t as a polynomial in z = t² for |t| ≤ tan(π/8), highest power first: Chebyshev fit of degree 12, relative error
 * below 5e-20, so that only the rounding of the evaluation remains. In memory, because engines build a vector constant
 * anew wherever it is used, and that costs more than the step it serves.
 */
const ratio = memory.data<f64>([
  0.01511237643149516949,
  -0.033386452259033168958,
  0.044994415067496043881,
  -0.052172979196550592472,
  0.058768317098427496904,
  -0.066662050231780916616,
  0.076922810836789009203,
  -0.090909080582984095118,
  0.1111111108530123871,
  -0.14285714285329358709,
  0.19999999999997010881,
  -0.33333333333333324196,
  1.0,
])

// @ts-ignore: decorator
@inline
function coefficient(index: usize): v128 {
  return v128.load64_splat(ratio + index * 8)
}

/** Summed in pairs of powers: a quarter of the chain of dependent steps that a plain Horner scheme has. */
// @ts-ignore: decorator
@inline
function atanRatio(z: v128): v128 {
  const w = f64x2.mul(z, z), v = f64x2.mul(w, w)
  const p0 = madd<f64>(coefficient(11), z, coefficient(12)), p1 = madd<f64>(coefficient(9), z, coefficient(10))
  const p2 = madd<f64>(coefficient(7), z, coefficient(8)), p3 = madd<f64>(coefficient(5), z, coefficient(6))
  const p4 = madd<f64>(coefficient(3), z, coefficient(4)), p5 = madd<f64>(coefficient(1), z, coefficient(2))
  const low = madd<f64>(p1, w, p0), middle = madd<f64>(p3, w, p2)
  const high = madd<f64>(madd<f64>(coefficient(0), w, p5), w, p4)
  return madd<f64>(madd<f64>(high, v, middle), v, low)
}

/** The angle in [0, π] of (x, y), y ≥ 0, not both zero: 0 on the positive and exactly π on the negative x axis. */
// @ts-ignore: decorator
@inline
export function upperAngle(y: v128, x: v128): v128 {
  const ax = f64x2.abs(x)
  const lo = f64x2.pmin(y, ax), hi = f64x2.pmax(y, ax)
  // Beyond tan(π/8) the angle is π/4 + atan((lo − hi)/(lo + hi)).
  const far = f64x2.gt(lo, f64x2.mul(hi, f64x2.splat(0.41421356237309503)))
  const t = f64x2.div(
    v128.bitselect(f64x2.sub(lo, hi), lo, far),
    v128.bitselect(f64x2.add(lo, hi), hi, far),
  )
  let angle = f64x2.mul(t, atanRatio(f64x2.mul(t, t)))
  angle = f64x2.add(angle, v128.and(f64x2.splat(Math.PI / 4), far))
  angle = v128.bitselect(f64x2.sub(f64x2.splat(Math.PI / 2), angle), angle, f64x2.gt(y, ax))
  return v128.bitselect(f64x2.sub(f64x2.splat(Math.PI), angle), angle, f64x2.lt(x, f64x2.splat(0)))
}

/** tan(π/8), π/4. */
const halfAngle = memory.data<f64>([0.41421356237309503, 0.78539816339744828])

/**
 * For (x, y) with x, y ≥ 0 at distance r from the origin: the tangent of half its angle, turned back by π/8, so that it
 * lies within ±tan(π/8) without cases. `quadrantAngle` makes it the angle; two steps, because the chain of dependent
 * operations of both is longer than a processor looks ahead.
 */
// @ts-ignore: decorator
@inline
export function turnedHalfTangent(y: v128, x: v128, r: v128): v128 {
  const turn = v128.load64_splat(halfAngle)
  const side = f64x2.add(r, x)
  return f64x2.div(f64x2.sub(y, f64x2.mul(turn, side)), madd<f64>(turn, y, side))
}

/** The angle in [0, π/2] of (x, y) from its turned half tangent; absolute error of a few 1e-16, exactly 0 for y = 0. */
// @ts-ignore: decorator
@inline
export function quadrantAngle(y: v128, t: v128): v128 {
  const angle = madd<f64>(f64x2.add(t, t), atanRatio(f64x2.mul(t, t)), v128.load64_splat(halfAngle, 8))
  return v128.and(angle, f64x2.gt(y, f64x2.splat(0)))
}
