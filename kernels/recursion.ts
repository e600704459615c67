// The pieces of the kernel recursion over tiles of sample pairs. A tile is a list of segments; a segment is four i32
// (i, j0, count, offset): the pairs (i, j0), (i, j0 + 1), … at columns offset, offset + 1, … of every panel. Panels are
// row-major f64, one row per position. Segments are written in order and in steps of two: a segment of odd length spills
// into the first column of the next one, which is written afterwards, or into the panel's padding.

import { quadrantAngle, turnedHalfTangent, upperAngle } from './angle'
import { madd, select } from './simd'

const SEGMENT: usize = 16

/** (1 − slope)² / 2π, the weight of the arc-cosine part of a leaky ReLU. */
// @ts-ignore: decorator
@inline
function arcWeight(slope: f64): f64 {
  return ((1 - slope) * (1 - slope)) * (0.5 / Math.PI)
}

/** Pairs whose first sample is dead. */
function deadSegment(count: usize, qj: usize, theta: usize, g: usize, h: usize, slope: f64): void {
  const zero = f64x2.splat(0)
  const mixed = f64x2.splat(slope * (1 + slope) * 0.5), both = f64x2.splat(slope * slope)
  for (let t: usize = 0; t < count; t += 2) {
    const derivative = v128.bitselect(both, mixed, f64x2.eq(v128.load(qj + t * 8), zero))
    v128.store(g + t * 8, zero)
    v128.store(h + t * 8, f64x2.mul(derivative, v128.load(theta + t * 8)))
  }
}

/**
 * With S = √(q q' − k²) and ψ the angle of (−k, S): G = slope k + weight (S + k ψ), Ġ = slope + weight ψ. Both products
 * under the root are rounded alike and not fused, so that S is exactly zero for equal and for opposite samples. roots:
 * √q, which spare a root for every pair. Needs products of variances within the range of f64; where q' = 0, k = 0.
 */
function arcCosineSegment(
  count: usize, qi: f64, qj: usize, rootI: f64, rootJ: usize,
  k: usize, theta: usize, g: usize, h: usize, slope: f64, own: f64,
): void {
  const zero = f64x2.splat(0)
  const mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  const q = f64x2.splat(qi), root = f64x2.splat(rootI)
  const a = f64x2.splat(slope)
  const share = f64x2.splat(own)
  const weight = f64x2.splat(arcWeight(slope))
  const straight = f64x2.splat(arcWeight(slope) * Math.PI)
  // S and the half tangent wait in the places of G and H.
  for (let t: usize = 0; t < count; t += 2) {
    const covariance = v128.load(k + t * 8)
    const square = f64x2.sub(f64x2.mul(q, v128.load(qj + t * 8)), f64x2.mul(covariance, covariance))
    const sine = f64x2.sqrt(f64x2.pmax(zero, square))
    const norm = f64x2.mul(root, v128.load(rootJ + t * 8))
    v128.store(g + t * 8, sine)
    v128.store(h + t * 8, turnedHalfTangent(sine, f64x2.abs(covariance), norm))
  }
  for (let t: usize = 0; t < count; t += 2) {
    const covariance = v128.load(k + t * 8)
    const sine = v128.load(g + t * 8)
    const sharp = f64x2.mul(weight, quadrantAngle(sine, v128.load(h + t * 8)))
    const angle = f64x2.add(a, select(sharp, f64x2.sub(straight, sharp), f64x2.lt(covariance, zero)))
    const value = madd<f64>(covariance, angle, f64x2.mul(weight, sine))
    const derivative = select(mixed, angle, f64x2.eq(v128.load(qj + t * 8), zero))
    v128.store(g + t * 8, value)
    v128.store(h + t * 8, madd<f64>(share, value, f64x2.mul(derivative, v128.load(theta + t * 8))))
  }
}

/** The same by the correlation k/√(q q'), for variances whose products leave the range of f64. */
function arcCosineWideSegment(
  count: usize, qi: f64, qj: usize, k: usize, theta: usize, g: usize, h: usize, slope: f64, own: f64,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1)
  const mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  const q = f64x2.splat(qi)
  const a = f64x2.splat(slope)
  const share = f64x2.splat(own)
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
    const value = madd<f64>(a, covariance, arc)
    v128.store(g + t * 8, value)
    const derivative = v128.bitselect(mixed, madd<f64>(weight, angle, a), dead)
    v128.store(h + t * 8, madd<f64>(share, value, f64x2.mul(derivative, v128.load(theta + t * 8))))
  }
}

function erfSegment(
  count: usize, qi: f64, qj: usize, k: usize, theta: usize, g: usize, h: usize, own: f64,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4)
  const q = f64x2.splat(qi)
  const share = f64x2.splat(own)
  for (let t: usize = 0; t < count; t += 2) {
    const other = v128.load(qj + t * 8)
    const covariance = v128.load(k + t * 8)
    const norm = f64x2.sqrt(f64x2.mul(q, other))
    const size = f64x2.abs(covariance)
    // (1 + 2q)(1 + 2q') − 4k² without the cancellation of its leading terms.
    const gram = f64x2.pmax(zero, f64x2.mul(f64x2.sub(norm, size), f64x2.add(norm, size)))
    const root = f64x2.sqrt(madd<f64>(four, gram, madd<f64>(two, f64x2.add(q, other), one)))
    const angle = f64x2.mul(f64x2.splat(2 / Math.PI), upperAngle(f64x2.mul(two, size), root))
    const value = v128.bitselect(f64x2.neg(angle), angle, f64x2.lt(covariance, zero))
    v128.store(g + t * 8, value)
    const chain = f64x2.div(f64x2.mul(f64x2.splat(4 / Math.PI), v128.load(theta + t * 8)), root)
    v128.store(h + t * 8, madd<f64>(share, value, chain))
  }
}

/**
 * One layer's duals over a tile, fused with the product of the chain rule: G = E[φφ'], H = E[φ̇φ̇']∘Θ + own · G.
 * family 0: leaky ReLU of the given slope (ReLU 0, identity 1); 1: erf; 2: leaky ReLU for variances of any size.
 * variances and their roots: [positions, ldq], one column per sample; k, theta, g, h: [positions, ld].
 */
export function dualTile(
  family: i32, slope: f64, own: f64, positions: usize, segments: usize, segmentCount: usize,
  variances: usize, roots: usize, ldq: usize, k: usize, theta: usize, g: usize, h: usize, ld: usize,
): void {
  for (let u: usize = 0; u < positions; u++) {
    const q = variances + u * ldq * 8, root = roots + u * ldq * 8
    for (let s: usize = 0; s < segmentCount; s++) {
      const at = segments + s * SEGMENT
      const i = <usize>load<i32>(at) * 8, j = <usize>load<i32>(at, 4) * 8
      const qi = load<f64>(q + i), qj = q + j
      const count = <usize>load<i32>(at, 8)
      const shift = (u * ld + <usize>load<i32>(at, 12)) * 8
      const kAt = k + shift, thetaAt = theta + shift, gAt = g + shift, hAt = h + shift
      if (family == 1) erfSegment(count, qi, qj, kAt, thetaAt, gAt, hAt, own)
      else if (qi == 0) deadSegment(count, qj, thetaAt, gAt, hAt, slope)
      else if (family == 2) arcCosineWideSegment(count, qi, qj, kAt, thetaAt, gAt, hAt, slope, own)
      else arcCosineSegment(count, qi, qj, load<f64>(root + i), root + j, kAt, thetaAt, gAt, hAt, slope, own)
    }
  }
}

/** Row u of out = scale[u] · gram[base[u]] + bias, over an even number of columns; gram and out have row length ld. */
export function expandRows(
  rows: usize, base: usize, scale: usize, gram: usize, out: usize, ld: usize, columns: usize, bias: f64,
): void {
  const shift = f64x2.splat(bias)
  for (let u: usize = 0; u < rows; u++) {
    const factor = load<f64>(scale + u * 8)
    const from = gram + <usize>load<i32>(base + u * 4) * ld * 8
    const to = out + u * ld * 8
    const splat = f64x2.splat(factor)
    for (let t: usize = 0; t < columns * 8; t += 16) {
      // A dead position has no gram: what stands there is not looked at.
      v128.store(to + t, factor == 0 ? shift : f64x2.add(f64x2.mul(splat, v128.load(from + t)), shift))
    }
  }
}

/** An even number of doubles set to one value. */
export function fillF64(count: usize, value: f64, at: usize): void {
  const splat = f64x2.splat(value)
  for (let t: usize = 0; t < count * 8; t += 16) v128.store(at + t, splat)
}
