import type { ActivationDefinition } from './definition.js'

export const hardTanh: ActivationDefinition = {
  name: 'hard-tanh',
  summary: 'z clipped to [−1, 1]',
  form: () => ({
    value: (z) => Math.max(-1, Math.min(1, z)),
    derivative: (z) => (z > -1 && z <= 1 ? 1 : 0),
    second: () => 0,
    kinks: [-1, 1],
    tails: [
      { from: -1, slope: 0, intercept: -1 },
      { from: 1, slope: 0, intercept: 1 },
    ],
    closedForm: {
      family: 'piecewise-linear',
      left: 0,
      kinks: [
        { at: -1, rise: 1 },
        { at: 1, rise: -1 },
      ],
    },
  }),
}
