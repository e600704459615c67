import type { ActivationDefinition } from './definition.js'

export const elu: ActivationDefinition = {
  name: 'elu',
  summary: 'z where z > 0, else e^z − 1',
  paper: 'Clevert, Unterthiner and Hochreiter (2016), arXiv 1511.07289',
  form: () => ({
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    derivative: (z) => (z > 0 ? 1 : Math.exp(z)),
    second: (z) => (z > 0 ? 0 : Math.exp(z)),
    kinks: [0],
    tails: [
      { from: -40, slope: 0, intercept: -1 },
      { from: 0, slope: 1, intercept: 0 },
    ],
  }),
}
