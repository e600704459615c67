// The polar angle of points in the upper half plane, two at a time.

import { madd, select } from './simd'

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

/*
 * A table of vectors for steps that turn many points into angles times a factor, and what stands where. Two equal lanes for
 * every number: engines load them in one instruction with a constant offset, which a splat takes two for.
 */

/** Bytes of a table. */
export const ANGLE_TABLE: usize = (COEFFICIENTS + 7) * 16

// @ts-ignore: decorator
@inline
const TURN: usize = COEFFICIENTS * 16
// @ts-ignore: decorator
@inline
const EIGHTH: usize = TURN + 16
// @ts-ignore: decorator
@inline
const QUARTER: usize = TURN + 32
// @ts-ignore: decorator
@inline
const MINUS_QUARTER: usize = TURN + 48
// @ts-ignore: decorator
@inline
const STRAIGHT: usize = TURN + 64
// @ts-ignore: decorator
@inline
const SIGN: usize = TURN + 80
// @ts-ignore: decorator
@inline
const FACTOR: usize = TURN + 96

function storeTwice(at: usize, value: f64): void {
  store<f64>(at, value)
  store<f64>(at, value, 8)
}

/** The table of angles times `factor`. */
export function fillAngleTable(factor: f64, at: usize): void {
  for (let k: usize = 0; k < COEFFICIENTS; k++) storeTwice(at + k * 16, -2 * factor * load<f64>(ratio + k * 8))
  storeTwice(at + TURN, 0.41421356237309503)
  storeTwice(at + EIGHTH, factor * 0.78539816339744828)
  storeTwice(at + QUARTER, factor * (Math.PI / 2))
  storeTwice(at + MINUS_QUARTER, -factor * (Math.PI / 2))
  storeTwice(at + STRAIGHT, factor * (Math.PI / 2) * (1 - 1e-9))
  storeTwice(at + SIGN, -0.0)
  storeTwice(at + FACTOR, factor)
}

/** The factor. */
// @ts-ignore: decorator
@inline
export function angleFactor(table: usize): v128 {
  return v128.load(table, FACTOR)
}

/**
 * For (x, y), both ≥ 0, with side = x + its distance from the origin: the tangent of half its angle, turned back by π/8, so
 * that it lies within ±tan(π/8) without cases. No number at the origin.
 */
// @ts-ignore: decorator
@inline
export function turnedHalfTangent(table: usize, y: v128, side: v128): v128 {
  const turn = v128.load(table, TURN)
  const across = ASC_FEATURE_RELAXED_SIMD
    ? v128.relaxed_nmadd<f64>(turn, side, y)
    : f64x2.sub(y, f64x2.mul(turn, side))
  return f64x2.div(across, madd<f64>(turn, y, side))
}

/** factor · (π/2 − the angle of (x, y)), from its turned half tangent t and the polynomial's value at t². */
// @ts-ignore: decorator
@inline
export function restOfQuarter(table: usize, t: v128, sum: v128): v128 {
  return madd<f64>(t, sum, v128.load(table, EIGHTH))
}

/**
 * factor times the angle in [0, π] of (−k, y), y ≥ 0, from the rest that (|k|, y) leaves of a quarter: exactly factor · π
 * and exactly 0 for y = 0 and k positive and negative, and 0 at the origin. A rest within 1e-9 of the quarter means y = 0:
 * no root of a difference of rounded products is that small beside them.
 */
// @ts-ignore: decorator
@inline
export function mirroredAngle(table: usize, k: v128, rest: v128): v128 {
  const quarter = v128.load(table, QUARTER)
  const exact = select(quarter, rest, f64x2.gt(rest, v128.load(table, STRAIGHT)))
  // pmax takes its first operand where the second is no number.
  const known = f64x2.pmax(v128.load(table, MINUS_QUARTER), exact)
  return f64x2.add(quarter, v128.xor(known, v128.and(k, v128.load(table, SIGN))))
}
