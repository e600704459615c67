import type { ActivationDefinition } from './definition.js'
import { logistic, logisticDerivative, logisticSecond } from './sigmoid.js'

export const silu: ActivationDefinition = {
  name: 'silu',
  summary: 'z / (1 + e^−z), also called swish',
  paper: 'Elfwing, Uchibe and Doya (2018), arXiv 1702.03118',
  form: () => ({
    value: (z) => z * logistic(z),
    derivative: (z) => logistic(z) + z * logisticDerivative(z),
    second: (z) => 2 * logisticDerivative(z) + z * logisticSecond(z),
    tails: [
      { from: -45, slope: 0, intercept: 0 },
      { from: 45, slope: 1, intercept: 0 },
    ],
  }),
}
