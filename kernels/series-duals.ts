// Duals from expansions of φ over variances (src/ntk/duals/): the pairs (i, i) from polynomials in every binade, all others by
// Mehler's formula, or from the bends of a piecewise linear φ.

import { upperAngle } from './angle'
import { madd } from './simd'

/** Nodes, and so coefficients, of a polynomial over a binade. */
// @ts-ignore: decorator
@inline
const DEGREES: usize = 16
/** Before the binades: the first one, how many there are, E φ² and E φ'² at zero variance. */
// @ts-ignore: decorator
@inline
const HEAD: usize = 32

/** Chebyshev coefficients at t, by Clenshaw's recurrence. */
function chebyshev(c: usize, t: f64): f64 {
  let b1: f64 = 0, b2: f64 = 0
  for (let k: usize = DEGREES - 1; k > 0; k--) {
    const b0 = 2 * t * b1 - b2 + load<f64>(c + k * 8)
    b2 = b1
    b1 = b0
  }
  return t * b1 - b2 + load<f64>(c)
}

/**
 * The duals of pairs (i, i) of a panel, which fills their part of the table, see `diagonalDuals`. variances: HEAD, and of each
 * binade polynomials for E φ² and for E φ'². Below the first binade E φ² is a line and E φ'² constant; beyond the last one
 * there is no number.
 */
export function seriesDiagonal(
  variances: usize, own: f64, positions: usize, table: usize, first: usize, count: usize, k: usize, theta: usize, ld: usize,
): void {
  const least = <i32>load<f64>(variances), binades = <i32>load<f64>(variances, 8)
  const point = load<f64>(variances, 16), pointDot = load<f64>(variances, 24)
  const low = reinterpret<f64>(<u64>(least + 1023) << 52)
  for (let t: usize = 0; t < count; t++) {
    for (let u: usize = 0; u < positions; u++) {
      const row = table + ((first + t) * positions + u) * 64
      for (let lane: usize = 0; lane < 32; lane += 8) {
        const at = t * ld + u * 32 + lane
        const q = load<f64>(k + at)
        let g = point, derivative = pointDot
        if (q > 0) {
          const bits = reinterpret<u64>(q < low ? low : q)
          const binade = <i32>(bits >> 52) - 1023 - least
          if (binade < binades && q < Infinity) {
            const mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000)
            const c = variances + HEAD + <usize>binade * 2 * DEGREES * 8
            g = chebyshev(c, 2 * mantissa - 3)
            derivative = chebyshev(c + DEGREES * 8, 2 * mantissa - 3)
            if (q < low) g = point + (g - point) * (q / low)
          } else {
            g = derivative = NaN
          }
        }
        store<f64>(row + lane, q)
        store<f64>(row + lane, sqrt<f64>(q), 32)
        store<f64>(k + at, g)
        store<f64>(theta + at, own * g + derivative * load<f64>(theta + at))
      }
    }
  }
}

/** Brackets of 1 − |ρ|: four to an octave down to 2^-20. */
// @ts-ignore: decorator
@inline
const BRACKETS: i32 = 80

// @ts-ignore: decorator
@inline
function bracketOf(size: f64): i32 {
  const bits = <i32>(reinterpret<u64>(1 - size) >> 50)
  return min(BRACKETS, max(0, (0x3ff << 2) - bits))
}

/** The larger of both lanes. */
// @ts-ignore: decorator
@inline
function largest(a: v128): f64 {
  return max<f64>(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1))
}

/** asin ρ and √(1 − ρ²): the angle of (√, |ρ|), with the sign of ρ. */
// @ts-ignore: decorator
@inline
function sineAngle(rho: v128, root: v128): v128 {
  const angle = upperAngle(f64x2.abs(rho), root)
  return v128.or(angle, v128.and(rho, f64x2.splat(-0.0)))
}

// @ts-ignore: decorator
@inline
function cosineOf(rho: v128): v128 {
  const one = f64x2.splat(1)
  return f64x2.sqrt(f64x2.mul(f64x2.sub(one, rho), f64x2.add(one, rho)))
}

/** E[x⁺x'⁺] at correlation ρ. */
// @ts-ignore: decorator
@inline
function rampArea(rho: v128): v128 {
  const root = cosineOf(rho)
  const turned = f64x2.add(f64x2.splat(Math.PI / 2), sineAngle(rho, root))
  return f64x2.mul(f64x2.splat(0.5 / Math.PI), madd<f64>(rho, turned, root))
}

/** Its integral from 0 to ρ. */
// @ts-ignore: decorator
@inline
function rampMoment(rho: v128): v128 {
  const root = cosineOf(rho), angle = sineAngle(rho, root)
  const turned = f64x2.add(f64x2.splat(Math.PI / 2), angle)
  const curve = madd<f64>(f64x2.mul(f64x2.splat(0.75), rho), root, f64x2.mul(f64x2.splat(0.25), angle))
  return f64x2.mul(f64x2.splat(0.5 / Math.PI), madd<f64>(f64x2.mul(f64x2.splat(0.5), f64x2.mul(rho, rho)), turned, curve))
}

/**
 * Duals over a block of pairs by Mehler's formula, in place, see `dualPanels`. expansions: [panel][position][1 + terms][4], E φ and
 * then b_m / √(m + 1) for m = start, start + stride, …; needed: of each bracket of |ρ| how many terms; there is no number
 * where |ρ| is beyond the limit. bend, ramps: what is taken out of every term and added in closed form (src/ntk/duals/bend.ts), or 0.
 */
export function seriesPanels(
  expansions: usize, terms: usize, start: i32, stride: i32, needed: usize, limit: f64, bend: f64, ramps: usize, own: f64, positions: usize, table: usize,
  i0: usize, height: usize, j0: usize, width: usize, k: usize, theta: usize, ld: usize,
): void {
  const one = f64x2.splat(1), zero = f64x2.splat(0), share = f64x2.splat(own)
  const bytes = (terms + 1) * 32
  const panelBytes = positions * 64, expansionBytes = positions * bytes
  const order = f64x2.splat(<f64>(start + 1)), step = f64x2.splat(<f64>stride)
  for (let i = i0; i < i0 + height; i++) {
    const lane = (i & 3) * 8
    const ti = table + (i >> 2) * panelBytes + lane, ci = expansions + (i >> 2) * expansionBytes + lane
    let tj = table + j0 * panelBytes, cj = expansions + j0 * expansionBytes
    for (let t: usize = 0; t < width; t++) {
      for (let u: usize = 0; u < positions; u++) {
        const root = v128.load64_splat(ti + u * 64, 32)
        const at = u * 32
        const norm0 = f64x2.mul(root, v128.load(tj + u * 64, 32)), norm1 = f64x2.mul(root, v128.load(tj + u * 64, 48))
        // Where a variance is zero so is the norm, and the correlation is taken as 0.
        const some0 = f64x2.gt(norm0, zero), some1 = f64x2.gt(norm1, zero)
        let rho0 = v128.and(f64x2.div(v128.load(k + at), norm0), some0)
        let rho1 = v128.and(f64x2.div(v128.load(k + at, 16), norm1), some1)
        rho0 = f64x2.pmax(f64x2.splat(-1), f64x2.pmin(one, rho0))
        rho1 = f64x2.pmax(f64x2.splat(-1), f64x2.pmin(one, rho1))
        const size = max(largest(f64x2.abs(rho0)), largest(f64x2.abs(rho1)))
        const count = load<i32>(needed + (bracketOf(size) << 2))
        const y0 = stride == 2 ? f64x2.mul(rho0, rho0) : rho0, y1 = stride == 2 ? f64x2.mul(rho1, rho1) : rho1
        const left = ci + u * bytes, right = cj + u * bytes
        let q0 = zero, q1 = zero, d0 = zero, d1 = zero
        const bent0 = f64x2.mul(f64x2.splat(bend), norm0), bent1 = f64x2.mul(f64x2.splat(bend), norm1)
        if (bend > 0) {
          for (let term = <usize>count; term > 0; term--) {
            const c = v128.load64_splat(left + term * 32), ramp = v128.load64_splat(ramps + (term - 1) * 8)
            const e0 = f64x2.sub(f64x2.mul(c, v128.load(right + term * 32)), f64x2.mul(bent0, ramp))
            const e1 = f64x2.sub(f64x2.mul(c, v128.load(right + term * 32, 16)), f64x2.mul(bent1, ramp))
            d0 = madd<f64>(d0, y0, q0)
            d1 = madd<f64>(d1, y1, q1)
            q0 = madd<f64>(q0, y0, e0)
            q1 = madd<f64>(q1, y1, e1)
          }
        } else for (let term = <usize>count; term > 0; term--) {
          const c = v128.load64_splat(left + term * 32)
          const e0 = f64x2.mul(c, v128.load(right + term * 32)), e1 = f64x2.mul(c, v128.load(right + term * 32, 16))
          d0 = madd<f64>(d0, y0, q0)
          d1 = madd<f64>(d1, y1, q1)
          q0 = madd<f64>(q0, y0, e0)
          q1 = madd<f64>(q1, y1, e1)
        }
        // All bits of what is beyond the limit are set: no number.
        q0 = v128.or(q0, f64x2.gt(f64x2.abs(rho0), f64x2.splat(limit)))
        q1 = v128.or(q1, f64x2.gt(f64x2.abs(rho1), f64x2.splat(limit)))
        // ρ^start, start being 0 or 1.
        const power0 = start == 0 ? one : rho0, power1 = start == 0 ? one : rho1
        let dot0 = f64x2.mul(power0, madd<f64>(order, q0, f64x2.mul(step, f64x2.mul(y0, d0))))
        let dot1 = f64x2.mul(power1, madd<f64>(order, q1, f64x2.mul(step, f64x2.mul(y1, d1))))
        const mean = v128.load64_splat(left)
        let g0 = madd<f64>(mean, v128.load(right), f64x2.mul(f64x2.mul(norm0, rho0), f64x2.mul(power0, q0)))
        let g1 = madd<f64>(mean, v128.load(right, 16), f64x2.mul(f64x2.mul(norm1, rho1), f64x2.mul(power1, q1)))
        if (bend > 0) {
          g0 = madd<f64>(f64x2.mul(bent0, norm0), rampMoment(rho0), g0)
          g1 = madd<f64>(f64x2.mul(bent1, norm1), rampMoment(rho1), g1)
          dot0 = madd<f64>(bent0, rampArea(rho0), dot0)
          dot1 = madd<f64>(bent1, rampArea(rho1), dot1)
        }
        v128.store(k + at, g0)
        v128.store(k + at, g1, 16)
        v128.store(theta + at, madd<f64>(share, g0, f64x2.mul(dot0, v128.load(theta + at))))
        v128.store(theta + at, madd<f64>(share, g1, f64x2.mul(dot1, v128.load(theta + at, 16))), 16)
      }
      tj += panelBytes
      cj += expansionBytes
      k += ld
      theta += ld
    }
  }
}

/** Nodes of a piece, and where pieces begin at the latest: 2^-30. */
// @ts-ignore: decorator
@inline
const NODES: usize = 10
// @ts-ignore: decorator
@inline
const DEEPEST: f64 = 9.313225746154785e-10

/**
 * The same for a piecewise linear φ with `count` kinks, [count][2] of place and rise: see src/ntk/duals/piecewise-linear.ts.
 * expansions: [panel][position][2][4], E φ and E φ'. rule: nodes and weights of Gauss–Legendre quadrature.
 */
export function kinkPanels(
  expansions: usize, kinks: usize, count: usize, rule: usize, own: f64, positions: usize, table: usize,
  i0: usize, height: usize, j0: usize, width: usize, k: usize, theta: usize, ld: usize,
): void {
  const panelBytes = positions * 64
  for (let i = i0; i < i0 + height; i++) {
    const lane = (i & 3) * 8
    const ti = table + (i >> 2) * panelBytes + lane, ci = expansions + (i >> 2) * panelBytes + lane
    let tj = table + j0 * panelBytes, cj = expansions + j0 * panelBytes
    for (let t: usize = 0; t < width; t++) {
      for (let u: usize = 0; u < positions; u++) {
        const s = load<f64>(ti + u * 64, 32)
        for (let other: usize = 0; other < 32; other += 8) {
          const at = u * 32 + other
          const s2 = load<f64>(tj + u * 64 + other, 32), norm = s * s2
          const slopes = load<f64>(ci + u * 64, 32) * load<f64>(cj + u * 64 + other, 32)
          let rho: f64 = 0, area: f64 = 0, moment: f64 = 0
          if (norm > 0) {
            rho = max<f64>(-1, min<f64>(1, load<f64>(k + at) / norm))
            const size = abs(rho), sign: f64 = rho < 0 ? -1 : 1
            let from = max(DEEPEST, sqrt(1 - size))
            while (from < 1) {
              const to = min<f64>(1, 2 * from), half = (to - from) / 2
              for (let node = rule; node < rule + NODES * 16; node += 16) {
                const v = from + half * (1 + load<f64>(node)), squared = v * v
                const way = 1 - squared, spread = squared * (2 - squared)
                let density: f64 = 0
                for (let a = kinks; a < kinks + count * 16; a += 16) {
                  const beta = load<f64>(a) / s, rise = load<f64>(a, 8)
                  for (let b = kinks; b < kinks + count * 16; b += 16) {
                    const beta2 = load<f64>(b) / s2
                    const exponent = (beta * beta + beta2 * beta2 - 2 * sign * beta * beta2 * way) / (2 * spread)
                    density += rise * load<f64>(b, 8) * Math.exp(-exponent)
                  }
                }
                const share = (load<f64>(node, 8) * half * density) / (Math.PI * sqrt(2 - squared))
                area += sign * share
                moment += (size - way) * share
              }
              from = to
            }
          }
          const g = load<f64>(ci + u * 64) * load<f64>(cj + u * 64 + other) + norm * (rho * slopes + moment)
          store<f64>(k + at, g)
          store<f64>(theta + at, own * g + (slopes + area) * load<f64>(theta + at))
        }
      }
      tj += panelBytes
      cj += panelBytes
      k += ld
      theta += ld
    }
  }
}
