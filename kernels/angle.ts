// The polar angle of points in the upper half plane, two at a time.

import { madd } from './simd'

/**
 * atan(t)/t as a polynomial in z = t² for |t| ≤ tan(π/8): Chebyshev fit of degree 12, relative error below 5e-20, so
 * that only the rounding of the evaluation remains. Even and odd powers apart: half as long a chain of dependent steps.
 */
// @ts-ignore: decorator
@inline
function atanRatio(z: v128): v128 {
  const w = f64x2.mul(z, z)
  let even = f64x2.splat(0.01511237643149516949)
  let odd = f64x2.splat(-0.033386452259033168958)
  even = madd<f64>(even, w, f64x2.splat(0.044994415067496043881))
  odd = madd<f64>(odd, w, f64x2.splat(-0.052172979196550592472))
  even = madd<f64>(even, w, f64x2.splat(0.058768317098427496904))
  odd = madd<f64>(odd, w, f64x2.splat(-0.066662050231780916616))
  even = madd<f64>(even, w, f64x2.splat(0.076922810836789009203))
  odd = madd<f64>(odd, w, f64x2.splat(-0.090909080582984095118))
  even = madd<f64>(even, w, f64x2.splat(0.1111111108530123871))
  odd = madd<f64>(odd, w, f64x2.splat(-0.14285714285329358709))
  even = madd<f64>(even, w, f64x2.splat(0.19999999999997010881))
  odd = madd<f64>(odd, w, f64x2.splat(-0.33333333333333324196))
  even = madd<f64>(even, w, f64x2.splat(1))
  return madd<f64>(odd, z, even)
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
