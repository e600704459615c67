import type { ActivationForm } from '../../network/activations/definition.js'
import type { Dual, DualValue } from '../../network/activations/dual.js'
import { bendOf, rampCoefficients, rampDual } from './bend.js'
import { expand } from './hermite.js'
import { termSizes } from './term-sizes.js'
import { NumbersError } from '../../numbers-error.js'

/** Most Hermite coefficients that are taken. */
export const mostTerms = 1024
/** What the terms left out may add to Ġ, as a share of √(E φ'(z)² E φ'(z')²): what is aimed at, and what is taken still. */
export const seriesTolerance = { aim: 1e-9, most: 1e-6 } as const

/** √(q q'), in range wherever both are. */
export const normOf = (q: number, q2: number): number => Math.sqrt(q) * Math.sqrt(q2)

/** The correlation, of rounding errors no more than 1. */
export function correlationOf(q: number, q2: number, k: number): number {
  const norm = normOf(q, q2)
  return norm > 0 ? Math.min(1, Math.max(-1, k / norm)) : 0
}

/**
 * The dual of any φ by Mehler's formula: with b_m(q) = E[φ'(√q x) h_m(x)],
 *
 *     Ġ = Σ_m b_m(q) b_m(q') ρ^m,    G = E φ(z) · E φ(z') + √(q q') Σ_m b_m(q) b_m(q') ρ^(m+1) / (m + 1),
 *
 * the second because G is the integral of Ġ over k. By Parseval Σ_m b_m(q)² = E φ'(z)², so that what M terms leave out of Ġ is at
 * most |ρ|^M √(r r') with r = E φ'² − Σ_{m<M} b_m²: the error is known, and what would be larger than 1e-6 is refused.
 *
 * @throws RangeError (the functions) when 1024 terms leave out more than a share of 1e-6
 */
export function hermiteDual(name: string, form: ActivationForm): Dual {
  const bend = bendOf(form)
  const ramps = rampCoefficients(mostTerms)
  return {
    pair(q, q2, k): DualValue {
      const [a, b] = [q, q2].map((variance) => expand(form, variance, mostTerms))
      const norm = normOf(q, q2)
      const rho = correlationOf(q, q2, k)
      const ramped = bend * bend * norm
      let [g, gDot] = [0, 0]
      for (let m = mostTerms - 1; m >= 0; m--) {
        const both = a.coefficients[m] * b.coefficients[m] - ramped * ramps[m] * ramps[m]
        g = g * rho + both / (m + 1)
        gDot = gDot * rho + both
      }
      const [leftA, leftB] = [a, b].map((one, i) => termSizes(one, bend * Math.sqrt(i === 0 ? q : q2), ramps).left)
      const left = Math.max(leftA, leftB) * Math.abs(rho) ** mostTerms
      if (left > seriesTolerance.most) throw tooFewTerms(name, left)
      const { area, moment } = ramped > 0 ? rampDual(rho) : { area: 0, moment: 0 }
      return { g: a.mean * b.mean + norm * (rho * g + ramped * moment), gDot: gDot + ramped * area }
    },
    diagonal(q) {
      const { g, gDot } = expand(form, q, 1)
      return { g, gDot }
    },
  }
}

export const tooFewTerms = (name: string, left: number): NumbersError =>
  new NumbersError(
    `${name}: expected ${mostTerms} Hermite terms to leave out a share of ${seriesTolerance.most} of E φ'(z) φ'(z') at most, got ${left.toExponential(1)}: variances are too large, or φ' jumps and samples are too nearly parallel; take smaller σ_w² or σ_b², or an activation with a closed form`,
  )
