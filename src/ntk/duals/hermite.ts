import type { ActivationForm } from '../../network/activations/definition.js'
import { gaussianNodes } from './gaussian-nodes.js'

/** Expectations of φ at one variance: of itself, squares, and Hermite coefficients of φ'. */
export interface Expansion {
  /** E φ */
  readonly mean: number
  /** E φ² */
  readonly g: number
  /** E φ'² */
  readonly gDot: number
  /** E[φ'(√q x) max(x, 0)] and E[φ'(√q x) |x|] */
  readonly ramp: number
  readonly tent: number
  /** E[φ'(√q x) φ'(−√q x)] */
  readonly mirrored: number
  /** b_m = E[φ'(√q x) h_m(x)], h_m the normalised Hermite polynomials, m = 0, 1, … */
  readonly coefficients: Float64Array
}

/** The expansion at zero variance, where z is 0 and φ' is that at the kink. */
function pointExpansion({ value, derivative }: ActivationForm, terms: number): Expansion {
  const coefficients = new Float64Array(terms)
  coefficients[0] = derivative(0)
  return {
    mean: value(0),
    g: value(0) ** 2,
    gDot: derivative(0) ** 2,
    ramp: derivative(0) / Math.sqrt(2 * Math.PI),
    tent: derivative(0) * Math.sqrt(2 / Math.PI),
    mirrored: derivative(0) ** 2,
    coefficients,
  }
}

/**
 * Expectations over z ~ N(0, q), the polynomials by their recurrence √(m + 1) h_{m+1} = x h_m − √m h_{m−1}.
 *
 * @param terms how many coefficients
 */
export function expand(form: ActivationForm, q: number, terms: number): Expansion {
  if (q === 0) return pointExpansion(form, terms)
  const s = Math.sqrt(q)
  const { x, weight } = gaussianNodes(form, s, terms)
  let [mean, g, gDot, ramp, tent, mirrored] = [0, 0, 0, 0, 0, 0]
  let previous = new Float64Array(x.length)
  // The polynomials times weight and φ', which enter linearly.
  let current = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) {
    const [value, slope] = [form.value(s * x[i]), form.derivative(s * x[i])]
    mean += weight[i] * value
    g += weight[i] * value * value
    gDot += weight[i] * slope * slope
    current[i] = weight[i] * slope
    if (x[i] > 0) ramp += current[i] * x[i]
    tent += current[i] * Math.abs(x[i])
    mirrored += current[i] * form.derivative(-s * x[i])
  }
  const coefficients = new Float64Array(terms)
  for (let m = 0; m < terms; m++) {
    const [root, scale] = [Math.sqrt(m), 1 / Math.sqrt(m + 1)]
    let sum = 0
    for (let i = 0; i < x.length; i++) {
      const polynomial = current[i]
      sum += polynomial
      previous[i] = (x[i] * polynomial - root * previous[i]) * scale
    }
    coefficients[m] = sum
    const next = previous
    previous = current
    current = next
  }
  return { mean, g, gDot, ramp, tent, mirrored, coefficients }
}
