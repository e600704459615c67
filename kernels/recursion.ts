// The steps of the kernel recursion between its products, over panels of four sample pairs (see pair-panels.ts). A block of
// pairs is rows i = i0 … i0 + height − 1 against panels j0 … j0 + width − 1 of four samples, row by row. Variances and their
// roots stand in a table [panel][position][8]: four variances, four roots.

import { ANGLE_TABLE, fillAngleTable, scaledAngle, scaledStraight, turnedHalfTangent, upperAngle } from './angle'
import { madd, select } from './simd'

/** (1 − slope)² / 2π, the weight of the arc-cosine part of a leaky ReLU. */
// @ts-ignore: decorator
@inline
function arcWeight(slope: f64): f64 {
  return ((1 - slope) * (1 - slope)) * (0.5 / Math.PI)
}

/** Bytes of the constants that `dualPanels` needs. */
export function dualConstants(): usize {
  return ANGLE_TABLE
}

export function fillDualConstants(slope: f64, at: usize): void {
  fillAngleTable(arcWeight(slope), at)
}

/**
 * With S = √(q q' − k²) and ψ the angle of (−k, S): G = slope k + weight (S + k ψ), Ġ = slope + weight ψ. Both products
 * under the root are rounded alike and not fused, so that S is exactly zero for equal and for opposite samples. The roots
 * of q and q' spare a root for every pair. Needs products of variances within the range of f64; where q' = 0, k = 0. A dead
 * sample has S = 0 and a tangent 0/0, which the angle's mask takes out.
 */
function arcCosinePanel(
  positions: usize, ti: usize, tj: usize, k: usize, theta: usize, slope: f64, own: f64, constants: usize,
): void {
  const zero = f64x2.splat(0)
  const a = f64x2.splat(slope), share = f64x2.splat(own), weight = f64x2.splat(arcWeight(slope))
  const straight = scaledStraight(constants)
  const leaky = slope != 0
  const both = f64x2.splat(slope * slope), mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  for (const end = ti + positions * 64; ti < end; ti += 64) {
    const q = v128.load64_splat(ti), root = v128.load64_splat(ti, 32)
    for (let half: usize = 0; half < 32; half += 16) {
      const covariance = v128.load(k + half)
      const other = v128.load(tj + half)
      const square = f64x2.sub(f64x2.mul(q, other), f64x2.mul(covariance, covariance))
      const sine = f64x2.sqrt(f64x2.pmax(zero, square))
      const norm = f64x2.mul(root, v128.load(tj + half, 32))
      const t = turnedHalfTangent(constants, sine, f64x2.abs(covariance), norm)
      const sharp = scaledAngle(constants, sine, t)
      const angle = f64x2.add(a, select(sharp, f64x2.sub(straight, sharp), f64x2.lt(covariance, zero)))
      const value = madd<f64>(covariance, angle, f64x2.mul(weight, sine))
      let derivative = angle
      if (leaky) {
        derivative = select(mixed, derivative, f64x2.eq(f64x2.mul(q, other), zero))
        derivative = select(both, derivative, f64x2.eq(f64x2.add(q, other), zero))
      }
      v128.store(k + half, value)
      v128.store(theta + half, madd<f64>(share, value, f64x2.mul(derivative, v128.load(theta + half))))
    }
    tj += 64
    k += 32
    theta += 32
  }
}

/** The same by the correlation k/√(q q'), for variances whose products leave the range of f64. */
function arcCosineWidePanel(
  positions: usize, ti: usize, tj: usize, k: usize, theta: usize, slope: f64, own: f64,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1)
  const a = f64x2.splat(slope), share = f64x2.splat(own), weight = f64x2.splat(arcWeight(slope))
  const both = f64x2.splat(slope * slope), mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  for (let u: usize = 0; u < positions * 32; u += 32) {
    const q = v128.load64_splat(ti + 2 * u)
    for (let at = u; at < u + 32; at += 16) {
      const covariance = v128.load(k + at)
      const other = v128.load(tj + u + at)
      const deadI = f64x2.eq(q, zero), deadJ = f64x2.eq(other, zero)
      const dead = v128.or(deadI, deadJ)
      // q·√(q'/q) instead of √(q q'): exactly q for equal variances, and no underflow.
      const norm = f64x2.mul(q, f64x2.sqrt(f64x2.div(other, q)))
      let rho = v128.andnot(f64x2.div(covariance, norm), dead)
      rho = f64x2.pmin(one, f64x2.pmax(f64x2.neg(one), rho))
      const sine = f64x2.sqrt(f64x2.mul(f64x2.sub(one, rho), f64x2.add(one, rho)))
      const angle = upperAngle(sine, f64x2.neg(rho))
      const arc = v128.andnot(f64x2.mul(norm, f64x2.mul(weight, madd<f64>(rho, angle, sine))), dead)
      const value = madd<f64>(a, covariance, arc)
      let derivative = v128.bitselect(mixed, madd<f64>(weight, angle, a), dead)
      derivative = v128.bitselect(both, derivative, v128.and(deadI, deadJ))
      v128.store(k + at, value)
      v128.store(theta + at, madd<f64>(share, value, f64x2.mul(derivative, v128.load(theta + at))))
    }
  }
}

function erfPanel(positions: usize, ti: usize, tj: usize, k: usize, theta: usize, own: f64): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4)
  const share = f64x2.splat(own)
  for (let u: usize = 0; u < positions * 32; u += 32) {
    const q = v128.load64_splat(ti + 2 * u)
    for (let at = u; at < u + 32; at += 16) {
      const other = v128.load(tj + u + at)
      const covariance = v128.load(k + at)
      const norm = f64x2.sqrt(f64x2.mul(q, other))
      const size = f64x2.abs(covariance)
      // (1 + 2q)(1 + 2q') − 4k² without the cancellation of its leading terms.
      const gram = f64x2.pmax(zero, f64x2.mul(f64x2.sub(norm, size), f64x2.add(norm, size)))
      const root = f64x2.sqrt(madd<f64>(four, gram, madd<f64>(two, f64x2.add(q, other), one)))
      const angle = f64x2.mul(f64x2.splat(2 / Math.PI), upperAngle(f64x2.mul(two, size), root))
      const value = v128.bitselect(f64x2.neg(angle), angle, f64x2.lt(covariance, zero))
      const chain = f64x2.div(f64x2.mul(f64x2.splat(4 / Math.PI), v128.load(theta + at)), root)
      v128.store(k + at, value)
      v128.store(theta + at, madd<f64>(share, value, chain))
    }
  }
}

/**
 * One layer's duals over a block of pairs, fused with the product of the chain rule, in place: K becomes G = E[φφ'], and
 * Θ becomes H = E[φ̇φ̇']∘Θ + own · G. family 0: leaky ReLU of the given slope (ReLU 0, identity 1); 1: erf; 2: leaky ReLU
 * for variances of any size. Panels are `ld` bytes apart.
 */
export function dualPanels(
  family: i32, slope: f64, own: f64, positions: usize, constants: usize, table: usize,
  i0: usize, height: usize, j0: usize, width: usize, k: usize, theta: usize, ld: usize,
): void {
  const panelBytes = positions * 64
  for (let i = i0; i < i0 + height; i++) {
    const ti = table + (i >> 2) * panelBytes + (i & 3) * 8
    let tj = table + j0 * panelBytes
    for (let t: usize = 0; t < width; t++) {
      if (family == 0) arcCosinePanel(positions, ti, tj, k, theta, slope, own, constants)
      else if (family == 1) erfPanel(positions, ti, tj, k, theta, own)
      else arcCosineWidePanel(positions, ti, tj, k, theta, slope, own)
      tj += panelBytes
      k += ld
      theta += ld
    }
  }
}

/** The same for the pairs (i, i), four to a panel, where the correlation is exactly 1; fills their part of the table. */
export function diagonalDuals(
  family: i32, slope: f64, own: f64, positions: usize, table: usize,
  first: usize, count: usize, k: usize, theta: usize, ld: usize,
): void {
  for (let t: usize = 0; t < count; t++) {
    for (let u: usize = 0; u < positions; u++) {
      const row = table + ((first + t) * positions + u) * 64
      for (let lane: usize = 0; lane < 32; lane += 8) {
        const at = t * ld + u * 32 + lane
        const q = load<f64>(k + at)
        let g: f64, derivative: f64
        if (family == 1) {
          const root = sqrt<f64>(1 + 4 * q)
          const angle = f64x2.extract_lane(upperAngle(f64x2.splat(2 * q), f64x2.splat(root)), 0)
          g = (2 / Math.PI) * angle
          derivative = 4 / Math.PI / root
        } else {
          derivative = q == 0 ? slope * slope : slope + (1 - slope) * (1 - slope) * 0.5
          g = derivative * q
        }
        store<f64>(row + lane, q)
        store<f64>(row + lane, sqrt<f64>(q), 32)
        store<f64>(k + at, g)
        store<f64>(theta + at, own * g + derivative * load<f64>(theta + at))
      }
    }
  }
}

/** Position u of each of `count` panels = scale[u] · gram[base[u]] + bias. */
export function expandRows(
  count: usize, positions: usize, base: usize, scale: usize, gram: usize, ldg: usize, out: usize, ld: usize, bias: f64,
): void {
  const shift = f64x2.splat(bias)
  for (let t: usize = 0; t < count; t++) {
    for (let u: usize = 0; u < positions; u++) {
      const factor = load<f64>(scale + u * 8)
      const from = gram + t * ldg + <usize>load<i32>(base + u * 4) * 32
      const to = out + t * ld + u * 32
      const splat = f64x2.splat(factor)
      // A dead position has no gram: what stands there is not looked at.
      v128.store(to, factor == 0 ? shift : f64x2.add(f64x2.mul(splat, v128.load(from)), shift))
      v128.store(to, factor == 0 ? shift : f64x2.add(f64x2.mul(splat, v128.load(from, 16)), shift), 16)
    }
  }
}
