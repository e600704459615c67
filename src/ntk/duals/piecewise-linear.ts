import { gaussLegendre } from '../../linalg/gauss-legendre.js'
import type { ActivationForm } from '../../network/activations/definition.js'
import type { Dual, DualValue, Kink } from '../../network/activations/dual.js'
import { expand } from './hermite.js'
import { correlationOf, normOf } from './hermite-dual.js'

const rule = gaussLegendre(10)
/** Fewer pieces than this double down to the rounding error of 1 − |ρ|. */
const mostPieces = 30

/**
 * φ bends at b_1 < b_2 < …, its slope rising by c_k. As φ'' = Σ c_k δ(z − b_k), the second derivative of G in k is a sum of
 * densities p of (b_k, b_l), and with β_k = b_k/√q, u the correlation on its way,
 *
 *     Ġ = E φ'(z) · E φ'(z') + Σ_{k,l} c_k c_l ∫_0^ρ p(β_k, β'_l; u) du,
 *     G = E φ(z) · E φ(z') + √(q q') (ρ E φ'(z) · E φ'(z') + Σ_{k,l} c_k c_l ∫_0^ρ (ρ − u) p(β_k, β'_l; u) du).
 *
 * p(β, β'; u) = exp(−(β² + β'² − 2ββ'u) / 2(1 − u²)) / (2π √(1 − u²)); with |u| = 1 − v² the root at |u| = 1 is gone, and pieces that
 * double from √(1 − |ρ|) to 1 follow exp(−(β − β')²/4v²). Ten nodes in each leave errors below 1e-9.
 *
 * Source of the integral over the correlation: Drezner and Wesolowsky (1990), as Genz (2004) uses it.
 */
export function piecewiseLinearDual(form: ActivationForm, kinks: readonly Kink[]): Dual {
  return {
    pair(q, q2, k): DualValue {
      const [a, b] = [q, q2].map((variance) => expand(form, variance, 1))
      const slopes = a.coefficients[0] * b.coefficients[0]
      const norm = normOf(q, q2)
      const rho = correlationOf(q, q2, k)
      const { area, moment } = norm > 0 ? bends(kinks, Math.sqrt(q), Math.sqrt(q2), rho) : { area: 0, moment: 0 }
      return { g: a.mean * b.mean + norm * (rho * slopes + moment), gDot: slopes + area }
    },
    diagonal(q) {
      const { g, gDot } = expand(form, q, 1)
      return { g, gDot }
    },
  }
}

/** The sums over kinks of ∫_0^ρ p du and ∫_0^ρ (ρ − u) p du. */
function bends(
  kinks: readonly Kink[],
  s: number,
  s2: number,
  rho: number,
): { readonly area: number; readonly moment: number } {
  const size = Math.abs(rho)
  const sign = rho < 0 ? -1 : 1
  const least = Math.sqrt(1 - size)
  let [area, moment] = [0, 0]
  let from = least
  if (from === 0) from = 2 ** -mostPieces
  while (from < 1) {
    const to = Math.min(1, 2 * from)
    const half = (to - from) / 2
    rule.nodes.forEach((node, i) => {
      const v = from + half * (1 + node)
      const squared = v * v
      const [u, spread] = [1 - squared, squared * (2 - squared)]
      let density = 0
      for (const { at, rise } of kinks) {
        for (const other of kinks) {
          const [beta, beta2] = [at / s, other.at / s2]
          density +=
            rise * other.rise * Math.exp(-(beta * beta + beta2 * beta2 - 2 * sign * beta * beta2 * u) / (2 * spread))
        }
      }
      const share = (rule.weights[i] * half * density) / (Math.PI * Math.sqrt(2 - squared))
      area += sign * share
      moment += (size - u) * share
    })
    from = to
  }
  return { area, moment }
}
