import { erf } from '../erf.js'
import type { ActivationDefinition } from './definition.js'
import type { Dual, DualValue } from './dual.js'

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
const distribution = (z: number): number => (1 + erf(z * Math.SQRT1_2)) / 2

/**
 * With P = E[Φ(z)Φ(z')] = 1/4 + asin(k / √((1 + q)(1 + q'))) / 2π, D = (1 + q)(1 + q') − k² and B = 1 / (2π √D),
 *
 *     G = k P + B (q q' + k² (1/(1 + q) + 1/(1 + q') − 1)),    Ġ = P + k B (1/(1 + q) + 1/(1 + q') + 1/D),
 *
 * by Stein's lemma E[z h] = q E[∂h/∂z] + k E[∂h/∂z'] applied to z' Φ(z) Φ(z'). First in Tsuchida, Pearce, van der Heide, Roosta
 * and Gallagher, "Avoiding kernel fixed points" (2021), in other terms.
 */
function geluPair(q: number, q2: number, k: number): DualValue {
  const norm = Math.sqrt(q * q2)
  const determinant = 1 + q + q2 + Math.max(0, (norm - Math.abs(k)) * (norm + Math.abs(k)))
  const root = Math.sqrt(determinant)
  const both = 0.25 + Math.atan2(k, root) / (2 * Math.PI)
  const b = 1 / (2 * Math.PI * root)
  const shares = 1 / (1 + q) + 1 / (1 + q2)
  return {
    g: k * both + b * (q * q2 - k * k + k * k * shares),
    gDot: both + k * b * (shares + 1 / determinant),
  }
}

const dual: Dual = { pair: geluPair, diagonal: (q) => geluPair(q, q, q) }

export const gelu: ActivationDefinition = {
  name: 'gelu',
  summary: 'z Φ(z) with the normal distribution function Φ',
  paper: 'Hendrycks and Gimpel (2016), arXiv 1606.08415',
  form: () => ({
    value: (z) => z * distribution(z),
    derivative: (z) => distribution(z) + z * density(z),
    second: (z) => density(z) * (2 - z * z),
    tails: [
      { from: -9, slope: 0, intercept: 0 },
      { from: 9, slope: 1, intercept: 0 },
    ],
    dual,
  }),
}
