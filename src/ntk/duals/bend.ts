import { functionOf } from '../../network/activation.js'
import type { ActivationForm } from '../../network/activations/definition.js'

/** How close to 0 both sides of a bend are looked at. */
const near = 1e-9

/**
 * How far φ'' jumps at 0 where φ' does not: with ELU −1. A part d · max(z, 0) of φ' has coefficients that fall like m^(−5/4), far
 * slower than those of the rest, and a dual in closed form: series are taken of the difference.
 */
export function bendOf(form: ActivationForm): number {
  if (!form.kinks?.includes(0)) return 0
  const { derivative } = form
  if (Math.abs(derivative(near) - derivative(-near)) > 1e-6) return 0
  const second = functionOf(form, 'second')
  const jump = second(near) - second(-near)
  return Math.abs(jump) > 1e-6 ? jump : 0
}

/** E[max(x, 0) h_m(x)], m < terms: 1/√2π, 1/2, and h_{m−2}(0) / √(2π m (m − 1)). */
export function rampCoefficients(terms: number): Float64Array {
  const result = new Float64Array(terms)
  // h_0(0), h_2(0), … = 1, −√(1/2), …: h_{m+2}(0) = −√((m + 1)/(m + 2)) h_m(0).
  let atZero = 1
  for (let m = 0; m < terms; m++) {
    if (m < 2) result[m] = m === 0 ? 1 / Math.sqrt(2 * Math.PI) : 0.5
    else if (m % 2 === 0) {
      result[m] = atZero / Math.sqrt(2 * Math.PI * m * (m - 1))
      atZero *= -Math.sqrt((m - 1) / m)
    }
  }
  return result
}

/**
 * Of x⁺ = max(x, 0) at correlation ρ: A = E[x⁺x'⁺] and its integral from 0 to ρ,
 *
 *     2π A = √(1 − ρ²) + ρ (π/2 + asin ρ),    2π ∫ A = ¾ ρ √(1 − ρ²) + ¼ asin ρ + ½ ρ² (π/2 + asin ρ).
 */
export function rampDual(rho: number): { readonly area: number; readonly moment: number } {
  const root = Math.sqrt((1 - rho) * (1 + rho))
  const angle = Math.atan2(rho, root)
  const turned = Math.PI / 2 + angle
  return {
    area: (root + rho * turned) / (2 * Math.PI),
    moment: (0.75 * rho * root + 0.25 * angle + 0.5 * rho * rho * turned) / (2 * Math.PI),
  }
}
