import type { ActivationDefinition } from './definition.js'
import { logistic, logisticDerivative } from './sigmoid.js'

export const softplus: ActivationDefinition = {
  name: 'softplus',
  summary: 'log(1 + e^z)',
  form: () => ({
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    derivative: logistic,
    second: logisticDerivative,
    tails: [
      { from: -40, slope: 0, intercept: 0 },
      { from: 40, slope: 1, intercept: 0 },
    ],
  }),
}
