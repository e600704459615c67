// The polar angle of points in the upper half plane, two at a time.

import { madd } from './simd'

/**
 * atan(t)/t as a polynomial in z = t² for |t| ≤ tan(π/8), lowest power first: interpolation of degree 10 in Chebyshev's
 * points, relative error below 4e-17, so that only the rounding of the evaluation remains. In memory, because engines build
 * a vector constant anew wherever it is used, and that costs more than the step it serves.
 */
const ratio = memory.data<f64>([
  1.0,
  -0.333333333333284385717,
  0.1999999999885511013355,
  -0.142857141809764668301,
  0.1111110618045594521984,
  -0.090907730748084137896,
  0.0768995349630685775627,
  -0.066402339304294085887,
  0.0568834922680901047935,
  -0.043480522157164624777,
  0.0211353731576932452057,
])
const COEFFICIENTS: usize = 11

/**
 * A polynomial of degree 10 in z, coefficients at `at`, summed in pairs of powers: a quarter of the chain of dependent
 * steps that a plain Horner scheme has.
 */
// @ts-ignore: decorator
@inline
function polynomial(at: usize, z: v128): v128 {
  const w = f64x2.mul(z, z), v = f64x2.mul(w, w)
  const p0 = madd<f64>(v128.load64_splat(at, 8), z, v128.load64_splat(at))
  const p1 = madd<f64>(v128.load64_splat(at, 24), z, v128.load64_splat(at, 16))
  const p2 = madd<f64>(v128.load64_splat(at, 40), z, v128.load64_splat(at, 32))
  const p3 = madd<f64>(v128.load64_splat(at, 56), z, v128.load64_splat(at, 48))
  const p4 = madd<f64>(v128.load64_splat(at, 72), z, v128.load64_splat(at, 64))
  const low = madd<f64>(p1, w, p0), middle = madd<f64>(p3, w, p2), high = madd<f64>(v128.load64_splat(at, 80), w, p4)
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
  let angle = f64x2.mul(t, polynomial(ratio, f64x2.mul(t, t)))
  angle = f64x2.add(angle, v128.and(f64x2.splat(Math.PI / 4), far))
  angle = v128.bitselect(f64x2.sub(f64x2.splat(Math.PI / 2), angle), angle, f64x2.gt(y, ax))
  return v128.bitselect(f64x2.sub(f64x2.splat(Math.PI), angle), angle, f64x2.lt(x, f64x2.splat(0)))
}

/** Bytes of a table for `sharpAngle`. */
export const ANGLE_TABLE: usize = (COEFFICIENTS + 3) * 8

/** Where a table holds tan(π/8), factor · π/4 and factor · π. */
// @ts-ignore: decorator
@inline
const TURN: usize = COEFFICIENTS * 8

/** The table of {@link sharpAngle} for angles times `factor`. */
export function fillAngleTable(factor: f64, at: usize): void {
  for (let k: usize = 0; k < COEFFICIENTS; k++) store<f64>(at + k * 8, 2 * factor * load<f64>(ratio + k * 8))
  store<f64>(at + TURN, 0.41421356237309503)
  store<f64>(at + TURN, factor * 0.78539816339744828, 8)
  store<f64>(at + TURN, factor * Math.PI, 16)
}

/** factor · π. */
// @ts-ignore: decorator
@inline
export function scaledStraight(table: usize): v128 {
  return v128.load64_splat(table + TURN, 16)
}

/**
 * For (x, y) with x, y ≥ 0 at distance r from the origin: the tangent of half its angle, turned back by π/8, so that it
 * lies within ±tan(π/8) without cases. {@link sharpAngle} makes it the angle.
 */
// @ts-ignore: decorator
@inline
export function turnedHalfTangent(table: usize, y: v128, x: v128, r: v128): v128 {
  const turn = v128.load64_splat(table + TURN)
  const side = f64x2.add(r, x)
  const across = ASC_FEATURE_RELAXED_SIMD
    ? v128.relaxed_nmadd<f64>(turn, side, y)
    : f64x2.sub(y, f64x2.mul(turn, side))
  return f64x2.div(across, madd<f64>(turn, y, side))
}

/** The coefficient of z^index in factor · 2 atan(t)/t, z = t². */
// @ts-ignore: decorator
@inline
export function angleCoefficient(table: usize, index: usize): v128 {
  return v128.load64_splat(table + index * 8)
}

/**
 * factor times the angle in [0, π/2] of (x, y) from its turned half tangent t and the polynomial's value at t²; exactly 0
 * for y = 0.
 */
// @ts-ignore: decorator
@inline
export function sharpAngle(table: usize, y: v128, t: v128, sum: v128): v128 {
  return v128.and(madd<f64>(t, sum, v128.load64_splat(table + TURN, 8)), f64x2.gt(y, f64x2.splat(0)))
}
