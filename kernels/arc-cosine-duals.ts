// Duals of leaky ReLUs (ReLU: slope 0, identity: slope 1) by the arc-cosine formula, over blocks of pairs (see duals.ts).

import { ANGLE_TABLE, angleFactor, fillAngleTable, mirroredAngle, restOfQuarter, turnedHalfTangent, upperAngle } from './angle'
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
 * of q and q' spare a root for every pair. Needs products of variances within the range of f64; where q' = 0, k = 0.
 *
 * An item is four pairs at one position. It passes through four steps, and these work on different items at a time: a root
 * and a division take 14 cycles of a processor's divider, which run beside the products of other items only if none of
 * these waits for them. What one step leaves for another stands in a slot of the workspace: S, and in its second half
 * first |k| + √(q q'), then the half tangent, then the rest of a quarter turn.
 */

/** Bytes of a slot, and slots of the workspace. */
// @ts-ignore: decorator
@inline
const SLOT: usize = 64
// @ts-ignore: decorator
@inline
const SLOTS: usize = 64
/** Slots by which a step is ahead of the next one. */
// @ts-ignore: decorator
@inline
const LEAD: usize = 2 * SLOT
/** Slots in use at a time. */
// @ts-ignore: decorator
@inline
const AHEAD: usize = 6
/** Bytes from a slot to the derivatives at the kink. */
// @ts-ignore: decorator
@inline
const KINKS: usize = SLOTS * SLOT

/** Bytes of workspace that `dualPanels` needs. */
export function dualWorkspace(): usize {
  return 2 * SLOTS * SLOT + 64
}

/** Step one: S and |k| + √(q q'). */
// @ts-ignore: decorator
@inline
function arcRoots(ti: usize, tj: usize, k: usize, slot: usize): void {
  const zero = f64x2.splat(0)
  const q = v128.load64_splat(ti), root = v128.load64_splat(ti + 32)
  const k0 = v128.load(k), k1 = v128.load(k, 16)
  const square0 = f64x2.sub(f64x2.mul(q, v128.load(tj)), f64x2.mul(k0, k0))
  const square1 = f64x2.sub(f64x2.mul(q, v128.load(tj, 16)), f64x2.mul(k1, k1))
  v128.store(slot, f64x2.sqrt(f64x2.pmax(zero, square0)), 3 * LEAD)
  v128.store(slot, f64x2.sqrt(f64x2.pmax(zero, square1)), 3 * LEAD + 16)
  v128.store(slot, f64x2.add(f64x2.mul(root, v128.load(tj, 32)), f64x2.abs(k0)), 3 * LEAD + 32)
  v128.store(slot, f64x2.add(f64x2.mul(root, v128.load(tj, 48)), f64x2.abs(k1)), 3 * LEAD + 48)
}

/** Beside step one, for a leaky ReLU: Ġ where a variance is zero, no number elsewhere. */
// @ts-ignore: decorator
@inline
function kinks(ti: usize, tj: usize, slope: f64, slot: usize): void {
  const zero = f64x2.splat(0), regular = f64x2.splat(NaN)
  const both = f64x2.splat(slope * slope), mixed = f64x2.splat(slope * (1 + slope) * 0.5)
  const q = v128.load64_splat(ti), q0 = v128.load(tj), q1 = v128.load(tj, 16)
  const kink0 = select(mixed, regular, f64x2.eq(f64x2.mul(q, q0), zero))
  const kink1 = select(mixed, regular, f64x2.eq(f64x2.mul(q, q1), zero))
  v128.store(slot, select(both, kink0, f64x2.eq(f64x2.add(q, q0), zero)), 3 * LEAD + KINKS)
  v128.store(slot, select(both, kink1, f64x2.eq(f64x2.add(q, q1), zero)), 3 * LEAD + KINKS + 16)
}

/** Step two: the turned half tangent of the angle of (|k|, S). */
// @ts-ignore: decorator
@inline
function arcTangents(constants: usize, slot: usize): void {
  const sine0 = v128.load(slot, 2 * LEAD), sine1 = v128.load(slot, 2 * LEAD + 16)
  const side0 = v128.load(slot, 2 * LEAD + 32), side1 = v128.load(slot, 2 * LEAD + 48)
  v128.store(slot, turnedHalfTangent(constants, sine0, side0), 2 * LEAD + 32)
  v128.store(slot, turnedHalfTangent(constants, sine1, side1), 2 * LEAD + 48)
}

/** Step three: the polynomial, in even and odd powers, so that its chains are short, and both halves by one load. */
// @ts-ignore: decorator
@inline
function arcAngles(constants: usize, slot: usize): void {
  const t0 = v128.load(slot, LEAD + 32), t1 = v128.load(slot, LEAD + 48)
  const z0 = f64x2.mul(t0, t0), z1 = f64x2.mul(t1, t1)
  const w0 = f64x2.mul(z0, z0), w1 = f64x2.mul(z1, z1)
  let c = v128.load(constants, 160), even0 = c, even1 = c
  c = v128.load(constants, 144)
  let odd0 = c, odd1 = c
  c = v128.load(constants, 128); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
  c = v128.load(constants, 112); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
  c = v128.load(constants, 96); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
  c = v128.load(constants, 80); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
  c = v128.load(constants, 64); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
  c = v128.load(constants, 48); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
  c = v128.load(constants, 32); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
  c = v128.load(constants, 16); odd0 = madd<f64>(odd0, w0, c); odd1 = madd<f64>(odd1, w1, c)
  c = v128.load(constants); even0 = madd<f64>(even0, w0, c); even1 = madd<f64>(even1, w1, c)
  v128.store(slot, restOfQuarter(constants, t0, madd<f64>(odd0, z0, even0)), LEAD + 32)
  v128.store(slot, restOfQuarter(constants, t1, madd<f64>(odd1, z1, even1)), LEAD + 48)
}

/** Step four: G and H. */
// @ts-ignore: decorator
@inline
function arcValues(
  constants: usize, k: usize, theta: usize, slope: f64, share: v128, leaky: bool, slot: usize,
): void {
  const k0 = v128.load(k), k1 = v128.load(k, 16)
  let angle0 = mirroredAngle(constants, k0, v128.load(slot, 32))
  let angle1 = mirroredAngle(constants, k1, v128.load(slot, 48))
  if (leaky) {
    const a = f64x2.splat(slope)
    angle0 = f64x2.add(a, angle0)
    angle1 = f64x2.add(a, angle1)
  }
  const weight = angleFactor(constants)
  const theta0 = v128.load(theta), theta1 = v128.load(theta, 16)
  const value0 = madd<f64>(k0, angle0, f64x2.mul(weight, v128.load(slot)))
  const value1 = madd<f64>(k1, angle1, f64x2.mul(weight, v128.load(slot, 16)))
  if (leaky) {
    const kink0 = v128.load(slot, KINKS), kink1 = v128.load(slot, KINKS + 16)
    angle0 = select(kink0, angle0, f64x2.eq(kink0, kink0))
    angle1 = select(kink1, angle1, f64x2.eq(kink1, kink1))
  }
  v128.store(k, value0)
  v128.store(k, value1, 16)
  v128.store(theta, madd<f64>(share, value0, f64x2.mul(angle0, theta0)))
  v128.store(theta, madd<f64>(share, value1, f64x2.mul(angle1, theta1)), 16)
}

/**
 * The pairs of rows i0 … i0 + height − 1 against `width` panels from `others` of the table on. Items come in runs at equal
 * distances: the positions of a panel or, where there is one position, the panels of a row. Before the first and after the
 * last item, steps that are ahead or behind work on a spare item.
 */
// @ts-ignore: decorator
@inline
function arcCosineBlock(
  positions: usize, constants: usize, table: usize, i0: usize, height: usize, others: usize, width: usize,
  k: usize, theta: usize, ld: usize, work: usize, slope: f64, own: f64, leaky: bool,
): void {
  const share = f64x2.splat(own)
  const single = positions == 1
  const step: usize = single ? ld : 32, stepI: usize = single ? 0 : 64
  const length = single ? width : positions, runs: usize = single ? 1 : width
  const skip = ld * (width / runs) - length * step
  const panelBytes = positions * 64
  const limit = work + (SLOTS - AHEAD) * SLOT
  const spare = work + 2 * SLOTS * SLOT
  // Step one is at item `first`, step four at `last`.
  let i = i0, tj = others, ti = table + (i >> 2) * panelBytes + (i & 3) * 8
  let first = k, firstStep = step, firstLeft = length, firstRuns = runs
  let last = spare, lastTheta = spare, lastStep: usize = 0, lastLeft: usize = AHEAD, lastRuns = runs * height
  let slot = work
  while (true) {
    const count = min(min(firstLeft, lastLeft), (limit - slot) / SLOT)
    for (const end = slot + count * SLOT; slot < end; slot += SLOT) {
      arcRoots(ti, tj, first, slot)
      if (leaky) kinks(ti, tj, slope, slot)
      arcValues(constants, last, lastTheta, slope, share, leaky, slot)
      arcAngles(constants, slot)
      arcTangents(constants, slot)
      ti += stepI
      tj += 64
      first += firstStep
      last += lastStep
      lastTheta += lastStep
    }
    firstLeft -= count
    lastLeft -= count
    if (firstLeft == 0) {
      firstLeft = length
      if (firstStep != 0) first += skip
      if (--firstRuns == 0) {
        firstRuns = runs
        tj = others
        if (++i >= i0 + height) {
          i = i0
          first = spare
          firstStep = 0
        }
      }
      ti = table + (i >> 2) * panelBytes + (i & 3) * 8
    }
    if (lastLeft == 0) {
      if (lastRuns-- == 0) return
      lastLeft = length
      last = lastStep == 0 ? k : last + skip
      lastTheta = lastStep == 0 ? theta : lastTheta + skip
      lastStep = step
    }
    if (slot == limit) {
      memory.copy(work, limit, AHEAD * SLOT)
      if (leaky) memory.copy(work + KINKS, limit + KINKS, AHEAD * SLOT)
      slot = work
    }
  }
}

export function reluBlock(
  positions: usize, constants: usize, table: usize, i0: usize, height: usize, others: usize, width: usize,
  k: usize, theta: usize, ld: usize, work: usize, own: f64,
): void {
  arcCosineBlock(positions, constants, table, i0, height, others, width, k, theta, ld, work, 0, own, false)
}

export function leakyReluBlock(
  positions: usize, constants: usize, table: usize, i0: usize, height: usize, others: usize, width: usize,
  k: usize, theta: usize, ld: usize, work: usize, slope: f64, own: f64,
): void {
  arcCosineBlock(positions, constants, table, i0, height, others, width, k, theta, ld, work, slope, own, true)
}

/** Duals of a leaky ReLU by the correlation k/√(q q'), for variances whose products leave the range of f64. */
export function arcCosineWidePanel(
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
