import type { ActivationDefinition } from './definition.js'

/** G(q, q, q) = q/2, Ġ = 1/2; zero at dead positions. */
export const relu: ActivationDefinition = {
  name: 'relu',
  summary: 'max(z, 0)',
  innerSigmaW2: 2,
  form: () => ({
    value: (z) => (z > 0 ? z : 0 * z),
    derivative: (z) => (z > 0 ? 1 : 0),
    second: () => 0,
    kinks: [0],
    closedForm: { family: 'arc-cosine', slope: 0 },
  }),
}
