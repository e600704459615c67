import type { ActivationDefinition } from './definition.js'

/** G = k and Ġ = 1, also at zero variance. */
export const identity: ActivationDefinition = {
  name: 'identity',
  summary: 'z',
  form: () => ({
    value: (z) => z,
    derivative: () => 1,
    second: () => 0,
    closedForm: { family: 'arc-cosine', slope: 1 },
  }),
}
