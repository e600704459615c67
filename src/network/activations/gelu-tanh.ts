import type { ActivationDefinition } from './definition.js'
import { tanhDerivative } from './tanh.js'

const scale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

const inner = (z: number): number => scale * (z + cubic * z ** 3)
const innerSlope = (z: number): number => scale * (1 + 3 * cubic * z * z)

export const geluTanh: ActivationDefinition = {
  name: 'gelu-tanh',
  summary: 'z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))), the tanh form of GELU',
  paper: 'Hendrycks and Gimpel (2016), arXiv 1606.08415',
  form: () => ({
    value: (z) => (z / 2) * (1 + Math.tanh(inner(z))),
    derivative(z) {
      const u = inner(z)
      return (1 + Math.tanh(u)) / 2 + (z / 2) * tanhDerivative(u) * innerSlope(z)
    },
    second(z) {
      const u = inner(z)
      const slope = innerSlope(z)
      const rise = tanhDerivative(u)
      return rise * slope + (z / 2) * rise * (6 * scale * cubic * z - 2 * Math.tanh(u) * slope * slope)
    },
    tails: [
      { from: -8, slope: 0, intercept: 0 },
      { from: 8, slope: 1, intercept: 0 },
    ],
  }),
}
