import type { ActivationDefinition } from './definition.js'

/** G(q, q, q) = (1 + slope²) q/2; at zero variance φ'(0) is the slope. */
export const leakyRelu: ActivationDefinition = {
  name: 'leaky-relu',
  summary: 'z where z > 0, else slope · z',
  parameters: [{ name: 'slope', fallback: 0.01 }],
  form: (slope) => ({
    value: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : slope),
    second: () => 0,
    kinks: [0],
    closedForm: { family: 'arc-cosine', slope },
  }),
}
