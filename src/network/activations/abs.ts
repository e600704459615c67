import type { ActivationDefinition } from './definition.js'

/** Leaky ReLU of slope −1. */
export const abs: ActivationDefinition = {
  name: 'abs',
  summary: '|z|',
  form: () => ({
    value: Math.abs,
    derivative: (z) => (z > 0 ? 1 : -1),
    second: () => 0,
    kinks: [0],
    closedForm: { family: 'arc-cosine', slope: -1 },
  }),
}
