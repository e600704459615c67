import type { ActivationDefinition } from './definition.js'

/** tanh' = 1/cosh², without the cancellation of 1 − tanh². */
export function tanhDerivative(z: number): number {
  const e = Math.exp(-2 * Math.abs(z))
  return (4 * e) / (1 + e) ** 2
}

export const tanh: ActivationDefinition = {
  name: 'tanh',
  summary: 'the hyperbolic tangent',
  form: () => ({
    value: Math.tanh,
    derivative: tanhDerivative,
    second: (z) => -2 * Math.tanh(z) * tanhDerivative(z),
    tails: [
      { from: -20, slope: 0, intercept: -1 },
      { from: 20, slope: 0, intercept: 1 },
    ],
  }),
}
