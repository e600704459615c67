import type { ActivationDefinition } from './definition.js'

export const logistic = (z: number): number => (z > 0 ? 1 / (1 + Math.exp(-z)) : 1 - 1 / (1 + Math.exp(z)))

export function logisticDerivative(z: number): number {
  const e = Math.exp(-Math.abs(z))
  return e / (1 + e) ** 2
}

export const logisticSecond = (z: number): number => -logisticDerivative(z) * Math.tanh(z / 2)

export const sigmoid: ActivationDefinition = {
  name: 'sigmoid',
  summary: '1 / (1 + e^−z)',
  form: () => ({
    value: logistic,
    derivative: logisticDerivative,
    second: logisticSecond,
    tails: [
      { from: -40, slope: 0, intercept: 0 },
      { from: 40, slope: 0, intercept: 1 },
    ],
  }),
}
