// The secular equation 1/ρ + Σ_j z_j² / (d_j − λ) = 0 of a rank-one update diag(d) + ρ z zᵀ, d increasing, ρ > 0:
// all roots to full relative accuracy of d_j − λ_i, and eigenvectors that are orthogonal to working precision.

import { madd } from './simd'

const UNIT: f64 = 1.1102230246251565e-16
const ITERATIONS: i32 = 120

/** Results of the last `poleSums`: Σ z_j² / δ_j and Σ z_j² / δ_j², δ_j = gap_j − mu. */
let sum: f64 = 0
let slope: f64 = 0

function poleSums(from: usize, to: usize, gap: usize, z: usize, mu: f64): void {
  const shift = v128.splat<f64>(mu)
  let s0 = v128.splat<f64>(0), s1 = s0, t0 = s0, t1 = s0
  let j = from
  for (; j + 4 <= to; j += 4) {
    const at = j << 3
    const z0 = v128.load(z + at), z1 = v128.load(z + at, 16)
    const r0 = v128.div<f64>(z0, v128.sub<f64>(v128.load(gap + at), shift))
    const r1 = v128.div<f64>(z1, v128.sub<f64>(v128.load(gap + at, 16), shift))
    s0 = madd<f64>(z0, r0, s0)
    s1 = madd<f64>(z1, r1, s1)
    t0 = madd<f64>(r0, r0, t0)
    t1 = madd<f64>(r1, r1, t1)
  }
  s0 = v128.add<f64>(s0, s1)
  t0 = v128.add<f64>(t0, t1)
  let s = v128.extract_lane<f64>(s0, 0) + v128.extract_lane<f64>(s0, 1)
  let t = v128.extract_lane<f64>(t0, 0) + v128.extract_lane<f64>(t0, 1)
  for (; j < to; j++) {
    const zj = load<f64>(z + (j << 3))
    const r = zj / (load<f64>(gap + (j << 3)) - mu)
    s += zj * r
    t += r * r
  }
  sum = s
  slope = t
}

/** Writes d_j − d_origin for all j. */
function gapsFrom(k: usize, d: usize, origin: usize, gap: usize): void {
  const base = load<f64>(d + (origin << 3))
  for (let j: usize = 0; j < k; j++) store<f64>(gap + (j << 3), load<f64>(d + (j << 3)) - base)
}

/** The root of c η² − a η + b that lies between two poles of a two-pole model. */
// @ts-ignore: decorator
@inline
function between(a: f64, b: f64, c: f64): f64 {
  const root = sqrt<f64>(max<f64>(0, a * a - 4 * b * c))
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root)
}

/** A point that halves the bracket: its exponent when it spans decades on one side of zero, else its length. */
function inside(low: f64, high: f64): f64 {
  const near = min(abs(low), abs(high)), far = max(abs(low), abs(high))
  if (low * high > 0 && far > 4 * near) return copysign<f64>(sqrt<f64>(near) * sqrt<f64>(far), high)
  return 0.5 * (low + high)
}

/**
 * Finds root i: λ_i in (d_i, d_{i+1}), the last in (d_{k−1}, d_{k−1} + ρ ‖z‖²). The unknown is μ = λ − d_origin with the
 * nearer pole as origin. Steps solve a model with the two neighbouring poles that matches value and slope (Li 1993);
 * a bracket guards them. Writes d_j − λ_i to `gap` and λ_i to `lambda`; returns 0 when not converged.
 */
function solveRoot(k: usize, i: usize, d: usize, z: usize, rho: f64, total: f64, gap: usize, lambda: usize): i32 {
  const last = i == k - 1
  const left = last ? i - 1 : i
  const right = left + 1
  const inverse = 1 / rho
  const zl = load<f64>(z + (left << 3)), zr = load<f64>(z + (right << 3))
  let origin = i
  let low: f64 = 0, high: f64 = rho * total
  let mu = 0.5 * high
  gapsFrom(k, d, i, gap)
  if (!last) {
    const width = load<f64>(gap + (right << 3))
    const middle = 0.5 * width
    poleSums(0, k, gap, z, middle)
    const value = inverse + sum
    const rest = value + (zl * zl) / middle - (zr * zr) / middle
    if (value >= 0) {
      high = middle
      mu = between(rest * width + zl * zl + zr * zr, zl * zl * width, rest)
    } else {
      origin = right
      gapsFrom(k, d, right, gap)
      low = -middle
      high = 0
      mu = between(zl * zl + zr * zr - rest * width, -zr * zr * width, rest)
    }
    if (!(mu > low && mu < high)) mu = inside(low, high)
  }
  let before = Infinity
  let fixedWeight = true
  let converged = 0
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    poleSums(0, left + 1, gap, z, mu)
    const psi = sum, psiSlope = slope
    poleSums(left + 1, k, gap, z, mu)
    const phi = sum, phiSlope = slope
    const value = inverse + psi + phi, valueSlope = psiSlope + phiSlope
    if (abs(value) <= UNIT * (8 * (abs(psi) + abs(phi)) + inverse + abs(mu) * valueSlope)) {
      converged = 1
      break
    }
    if (value < 0) low = mu
    else high = mu
    if (high - low <= 2 * UNIT * max(abs(low), abs(high))) {
      converged = 1
      break
    }
    if (iteration > 0 && abs(value) > 0.1 * abs(before)) fixedWeight = !fixedWeight
    before = value

    const dl = load<f64>(gap + (left << 3)) - mu, dr = load<f64>(gap + (right << 3)) - mu
    let step: f64
    if (last) {
      const c = abs(value - dl * psiSlope - dr * phiSlope)
      const a = (dl + dr) * value - dl * dr * valueSlope
      const b = dl * dr * value
      const root = sqrt<f64>(max<f64>(0, a * a - 4 * b * c))
      step = a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root)
    } else {
      let c = value - dl * psiSlope - dr * phiSlope
      if (fixedWeight) {
        const own = origin == left ? zl / dl : zr / dr
        const other = origin == left ? dr : dl, near = origin == left ? dl : dr
        c = value - other * valueSlope - (near - other) * own * own
      }
      step = between((dl + dr) * value - dl * dr * valueSlope, dl * dr * value, c)
    }
    let next = mu + step
    if (!(next > low && next < high)) next = inside(low, high)
    if (next == mu || !(next > low && next < high)) {
      converged = 1
      break
    }
    mu = next
  }
  for (let j: usize = 0; j < k; j++) store<f64>(gap + (j << 3), load<f64>(gap + (j << 3)) - mu)
  store<f64>(lambda, load<f64>(d + (origin << 3)) + mu)
  return converged
}

/**
 * Roots first … end − 1 of k in `lambda`, and delta[i, j] = d_j − λ_i. Needs d strictly increasing and no z_j zero.
 * A root that does not converge becomes NaN.
 */
export function secularRoots(
  first: usize, end: usize, k: usize, d: usize, z: usize, rho: f64, lambda: usize, delta: usize,
): void {
  let total: f64 = 0
  for (let j: usize = 0; j < k; j++) total += load<f64>(z + (j << 3)) * load<f64>(z + (j << 3))
  if (k == 1) {
    store<f64>(lambda, load<f64>(d) + rho * total)
    store<f64>(delta, -rho * total)
    return
  }
  for (let i = first; i < end; i++) {
    const root = lambda + (i << 3)
    if (!solveRoot(k, i, d, z, rho, total, delta + ((i * k) << 3), root)) store<f64>(root, NaN)
  }
}

/**
 * weight_j for j = first … end − 1: the z for which the λ in delta[i, j] = d_j − λ_i are exact, which makes the vectors
 * orthogonal (Gu and Eisenstat 1994).
 */
export function secularWeights(
  first: usize, end: usize, k: usize, d: usize, z: usize, delta: usize, weight: usize,
): void {
  for (let j = first; j < end; j++) store<f64>(weight + (j << 3), 1)
  for (let i: usize = 0; i < k; i++) {
    const row = delta + ((i * k) << 3)
    const di = load<f64>(d + (i << 3))
    // Column i itself has no denominator.
    const mine = i >= first && i < end
    const own = weight + (i << 3)
    const ownProduct = mine ? load<f64>(own) * -load<f64>(row + (i << 3)) : 0
    const base = v128.splat<f64>(di)
    let j = first
    for (; j + 2 <= end; j += 2) {
      const at = j << 3
      const ratio = v128.div<f64>(v128.load(row + at), v128.sub<f64>(v128.load(d + at), base))
      v128.store(weight + at, v128.mul<f64>(v128.load(weight + at), ratio))
    }
    if (j < end) {
      const at = j << 3
      store<f64>(weight + at, load<f64>(weight + at) * (load<f64>(row + at) / (load<f64>(d + at) - di)))
    }
    if (mine) store<f64>(own, ownProduct)
  }
  for (let j = first; j < end; j++) {
    const at = j << 3
    store<f64>(weight + at, copysign<f64>(sqrt<f64>(abs(load<f64>(weight + at))), load<f64>(z + at)))
  }
}

/**
 * Turns rows first … end − 1 of delta[i, j] = d_j − λ_i into unit eigenvectors, entry j moved to column `place[j]` (i32).
 * `vector` holds k elements.
 */
export function secularVectors(
  first: usize, end: usize, k: usize, weight: usize, delta: usize, place: usize, vector: usize,
): void {
  for (let i = first; i < end; i++) {
    const row = delta + ((i * k) << 3)
    let s = v128.splat<f64>(0)
    let j: usize = 0
    for (; j + 2 <= k; j += 2) {
      const at = j << 3
      const entry = v128.div<f64>(v128.load(weight + at), v128.load(row + at))
      v128.store(vector + at, entry)
      s = madd<f64>(entry, entry, s)
    }
    let square = v128.extract_lane<f64>(s, 0) + v128.extract_lane<f64>(s, 1)
    if (j < k) {
      const entry = load<f64>(weight + (j << 3)) / load<f64>(row + (j << 3))
      store<f64>(vector + (j << 3), entry)
      square += entry * entry
    }
    const scale = 1 / sqrt<f64>(square)
    for (let q: usize = 0; q < k; q++) {
      const column = <usize>load<i32>(place + (q << 2))
      store<f64>(row + (column << 3), load<f64>(vector + (q << 3)) * scale)
    }
  }
}
