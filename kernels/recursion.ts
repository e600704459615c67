// The steps of the kernel recursion between its products, over panels of four sample pairs (see pair-panels.ts). A block of
// pairs is rows i = i0 … i0 + height − 1 against panels j0 … j0 + width − 1 of four samples, row by row. Variances and their
// roots stand in a table [panel][position][8]: four variances, four roots.

import { ANGLE_TABLE, angleCoefficient, fillAngleTable, scaledStraight, sharpAngle, turnedHalfTangent, upperAngle } from './angle'
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

/*
 * With S = √(q q' − k²) and ψ the angle of (−k, S): G = slope k + weight (S + k ψ), Ġ = slope + weight ψ. Both products
 * under the root are rounded alike and not fused, so that S is exactly zero for equal and for opposite samples. The roots
 * of q and q' spare a root for every pair. Needs products of variances within the range of f64; where q' = 0, k = 0. A dead
 * sample has S = 0 and a tangent 0/0, which the angle's mask takes out. Two steps, each over several positions, because
 * the chain of dependent operations of both together is longer than a processor looks ahead.
 */

/** Positions that a step takes before the next one follows. */
const ARC_POSITIONS: usize = 16

/** Bytes of workspace that `dualPanels` needs for so many positions. */
export function dualWorkspace(positions: usize): usize {
  return max(positions, ARC_POSITIONS) * 64
}

/** Step one: S and the turned half tangent of the angle of (|k|, S) for the positions of a panel, [position][S, t][4]. */
function arcTangents(positions: usize, ti: usize, tj: usize, k: usize, constants: usize, work: usize): void {
  const zero = f64x2.splat(0)
  for (const end = ti + positions * 64; ti < end; ti += 64) {
    const q = v128.load64_splat(ti), root = v128.load64_splat(ti, 32)
    const k0 = v128.load(k), k1 = v128.load(k, 16)
    const square0 = f64x2.sub(f64x2.mul(q, v128.load(tj)), f64x2.mul(k0, k0))
    const square1 = f64x2.sub(f64x2.mul(q, v128.load(tj, 16)), f64x2.mul(k1, k1))
    const sine0 = f64x2.sqrt(f64x2.pmax(zero, square0)), sine1 = f64x2.sqrt(f64x2.pmax(zero, square1))
    v128.store(work, sine0)
    v128.store(work, sine1, 16)
    const norm0 = f64x2.mul(root, v128.load(tj, 32)), norm1 = f64x2.mul(root, v128.load(tj, 48))
    v128.store(work, turnedHalfTangent(constants, sine0, f64x2.abs(k0), norm0), 32)
    v128.store(work, turnedHalfTangent(constants, sine1, f64x2.abs(k1), norm1), 48)
    tj += 64
    k += 32
    work += 64
  }
}

/** Step two: G and H from what step one has left in `work`. */
function arcValues(
  positions: usize, ti: usize, tj: usize, k: usize, theta: usize, slope: f64, own: f64, constants: usize, work: usize,
): void {
  const zero = f64x2.splat(0)
  const a = f64x2.splat(slope), share = f64x2.splat(own), weight = f64x2.splat(arcWeight(slope))
  const straight = scaledStraight(constants)
  const both = f64x2.splat(slope * slope), mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  for (const end = k + positions * 32; k < end; k += 32) {
    const sine0 = v128.load(work), sine1 = v128.load(work, 16)
    const t0 = v128.load(work, 32), t1 = v128.load(work, 48)
    // The two halves' polynomials side by side, in even and odd powers: four short chains, and constants are read once.
    const z0 = f64x2.mul(t0, t0), z1 = f64x2.mul(t1, t1)
    const w0 = f64x2.mul(z0, z0), w1 = f64x2.mul(z1, z1)
    let c = angleCoefficient(constants, 10), even0 = c, even1 = c
    c = angleCoefficient(constants, 9)
    let odd0 = c, odd1 = c
    c = angleCoefficient(constants, 8); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
    c = angleCoefficient(constants, 7); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
    c = angleCoefficient(constants, 6); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
    c = angleCoefficient(constants, 5); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
    c = angleCoefficient(constants, 4); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
    c = angleCoefficient(constants, 3); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
    c = angleCoefficient(constants, 2); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
    c = angleCoefficient(constants, 1); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
    c = angleCoefficient(constants, 0); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
    const sharp0 = sharpAngle(constants, sine0, t0, madd<f64>(odd0, z0, even0))
    const sharp1 = sharpAngle(constants, sine1, t1, madd<f64>(odd1, z1, even1))
    const k0 = v128.load(k), k1 = v128.load(k, 16)
    const angle0 = f64x2.add(a, select(sharp0, f64x2.sub(straight, sharp0), f64x2.lt(k0, zero)))
    const angle1 = f64x2.add(a, select(sharp1, f64x2.sub(straight, sharp1), f64x2.lt(k1, zero)))
    const value0 = madd<f64>(k0, angle0, f64x2.mul(weight, sine0))
    const value1 = madd<f64>(k1, angle1, f64x2.mul(weight, sine1))
    let derivative0 = angle0, derivative1 = angle1
    if (slope != 0) {
      const q = v128.load64_splat(ti), other0 = v128.load(tj), other1 = v128.load(tj, 16)
      derivative0 = select(mixed, derivative0, f64x2.eq(f64x2.mul(q, other0), zero))
      derivative1 = select(mixed, derivative1, f64x2.eq(f64x2.mul(q, other1), zero))
      derivative0 = select(both, derivative0, f64x2.eq(f64x2.add(q, other0), zero))
      derivative1 = select(both, derivative1, f64x2.eq(f64x2.add(q, other1), zero))
    }
    v128.store(k, value0)
    v128.store(k, value1, 16)
    v128.store(theta, madd<f64>(share, value0, f64x2.mul(derivative0, v128.load(theta))))
    v128.store(theta, madd<f64>(share, value1, f64x2.mul(derivative1, v128.load(theta, 16))), 16)
    ti += 64
    tj += 64
    theta += 32
    work += 64
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
 * for variances of any size. Panels are `ld` bytes apart. work: `dualWorkspace(positions)` bytes.
 */
export function dualPanels(
  family: i32, slope: f64, own: f64, positions: usize, constants: usize, table: usize,
  i0: usize, height: usize, j0: usize, width: usize, k: usize, theta: usize, ld: usize, work: usize,
): void {
  const together = max<usize>(1, ARC_POSITIONS / positions)
  const panelBytes = positions * 64
  for (let i = i0; i < i0 + height; i++) {
    const ti = table + (i >> 2) * panelBytes + (i & 3) * 8
    let tj = table + j0 * panelBytes
    if (family == 0) {
      for (let first: usize = 0; first < width; first += together) {
        const count = min(together, width - first)
        for (let t: usize = 0; t < count; t++) {
          arcTangents(positions, ti, tj + t * panelBytes, k + t * ld, constants, work + t * panelBytes)
        }
        for (let t: usize = 0; t < count; t++) {
          const at = t * ld, bytes = t * panelBytes
          arcValues(positions, ti, tj + bytes, k + at, theta + at, slope, own, constants, work + bytes)
        }
        tj += count * panelBytes
        k += count * ld
        theta += count * ld
      }
      continue
    }
    for (let t: usize = 0; t < width; t++) {
      if (family == 1) erfPanel(positions, ti, tj, k, theta, own)
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
