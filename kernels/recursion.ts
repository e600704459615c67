// The pieces of the kernel recursion over tiles of sample pairs. A tile is a list of segments; a segment is four i32
// (i, j0, count, offset): the pairs (i, j0), (i, j0 + 1), … at columns offset, offset + 1, … of every panel. Panels are
// row-major f64, one row per position. Segments are written in order and in steps of two: a segment of odd length spills
// into the first column of the next one, which is written afterwards, or into the panel's padding.

import { upperAngle } from './angle'
import { madd } from './simd'

const SEGMENT: usize = 16

/** out[p, column of (i, j)] = x[p, i] · x[p, j] for `coordinates` rows p of x (row length ldx) and of out (row length ld). */
export function pairProducts(
  coordinates: usize, x: usize, ldx: usize, segments: usize, segmentCount: usize, out: usize, ld: usize,
): void {
  for (let p: usize = 0; p < coordinates; p++) {
    const row = x + p * ldx * 8
    const outRow = out + p * ld * 8
    for (let s: usize = 0; s < segmentCount; s++) {
      const at = segments + s * SEGMENT
      const xi = v128.load64_splat(row + <usize>load<i32>(at) * 8)
      const source = row + <usize>load<i32>(at, 4) * 8
      const count = <usize>load<i32>(at, 8)
      const target = outRow + <usize>load<i32>(at, 12) * 8
      for (let t: usize = 0; t < count; t += 2) {
        v128.store(target + t * 8, f64x2.mul(xi, v128.load(source + t * 8)))
      }
    }
  }
}

/** (1 − slope)² / 2π, the weight of the arc-cosine part of a leaky ReLU. */
// @ts-ignore: decorator
@inline
function arcWeight(slope: f64): f64 {
  return ((1 - slope) * (1 - slope)) * (0.5 / Math.PI)
}

function arcCosineSegment(
  count: usize, qi: f64, qj: usize, k: usize, theta: usize, g: usize, h: usize, slope: f64,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1)
  const mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  if (qi == 0) {
    const both = f64x2.splat(slope * slope)
    for (let t: usize = 0; t < count; t += 2) {
      const derivative = v128.bitselect(both, mixed, f64x2.eq(v128.load(qj + t * 8), zero))
      v128.store(g + t * 8, zero)
      v128.store(h + t * 8, f64x2.mul(derivative, v128.load(theta + t * 8)))
    }
    return
  }
  const q = f64x2.splat(qi)
  const a = f64x2.splat(slope)
  const weight = f64x2.splat(arcWeight(slope))
  for (let t: usize = 0; t < count; t += 2) {
    const other = v128.load(qj + t * 8)
    const covariance = v128.load(k + t * 8)
    const dead = f64x2.eq(other, zero)
    // q·√(q'/q) instead of √(q q'): exactly q for equal variances, and no underflow.
    const norm = f64x2.mul(q, f64x2.sqrt(f64x2.div(other, q)))
    let rho = v128.andnot(f64x2.div(covariance, norm), dead)
    rho = f64x2.pmin(one, f64x2.pmax(f64x2.neg(one), rho))
    const sine = f64x2.sqrt(f64x2.mul(f64x2.sub(one, rho), f64x2.add(one, rho)))
    const angle = upperAngle(sine, f64x2.neg(rho))
    const arc = f64x2.mul(norm, f64x2.mul(weight, madd<f64>(rho, angle, sine)))
    v128.store(g + t * 8, madd<f64>(a, covariance, arc))
    const derivative = v128.bitselect(mixed, madd<f64>(weight, angle, a), dead)
    v128.store(h + t * 8, f64x2.mul(derivative, v128.load(theta + t * 8)))
  }
}

function erfSegment(count: usize, qi: f64, qj: usize, k: usize, theta: usize, g: usize, h: usize): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4)
  const q = f64x2.splat(qi)
  for (let t: usize = 0; t < count; t += 2) {
    const other = v128.load(qj + t * 8)
    const covariance = v128.load(k + t * 8)
    const norm = f64x2.sqrt(f64x2.mul(q, other))
    const size = f64x2.abs(covariance)
    // (1 + 2q)(1 + 2q') − 4k² without the cancellation of its leading terms.
    const gram = f64x2.pmax(zero, f64x2.mul(f64x2.sub(norm, size), f64x2.add(norm, size)))
    const root = f64x2.sqrt(madd<f64>(four, gram, madd<f64>(two, f64x2.add(q, other), one)))
    const angle = f64x2.mul(f64x2.splat(2 / Math.PI), upperAngle(f64x2.mul(two, size), root))
    v128.store(g + t * 8, v128.bitselect(f64x2.neg(angle), angle, f64x2.lt(covariance, zero)))
    v128.store(h + t * 8, f64x2.div(f64x2.mul(f64x2.splat(4 / Math.PI), v128.load(theta + t * 8)), root))
  }
}

/**
 * One layer's duals over a tile, fused with the product of the chain rule: G = E[φφ'], H = E[φ̇φ̇']∘Θ.
 * family 0: leaky ReLU of the given slope (ReLU 0, identity 1); 1: erf. variances: [positions, ldq], one column per
 * sample; k, theta, g, h: [positions, ld].
 */
export function dualTile(
  family: i32, slope: f64, positions: usize, segments: usize, segmentCount: usize,
  variances: usize, ldq: usize, k: usize, theta: usize, g: usize, h: usize, ld: usize,
): void {
  for (let u: usize = 0; u < positions; u++) {
    const q = variances + u * ldq * 8
    for (let s: usize = 0; s < segmentCount; s++) {
      const at = segments + s * SEGMENT
      const qi = load<f64>(q + <usize>load<i32>(at) * 8)
      const qj = q + <usize>load<i32>(at, 4) * 8
      const count = <usize>load<i32>(at, 8)
      const shift = (u * ld + <usize>load<i32>(at, 12)) * 8
      if (family == 0) arcCosineSegment(count, qi, qj, k + shift, theta + shift, g + shift, h + shift, slope)
      else erfSegment(count, qi, qj, k + shift, theta + shift, g + shift, h + shift)
    }
  }
}
