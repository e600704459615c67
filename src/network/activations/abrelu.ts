import type { ActivationDefinition } from './definition.js'

/** Both slopes free: slope · min(z, 0) + rise · max(z, 0), which is rise times a leaky ReLU of slope/rise. */
export const abrelu: ActivationDefinition = {
  name: 'abrelu',
  summary: 'rise · z where z > 0, else slope · z',
  parameters: [
    { name: 'slope', fallback: -0.5 },
    { name: 'rise', fallback: 1, expected: { what: 'a rise other than 0', holds: (rise) => rise !== 0 } },
  ],
  form: (slope, rise) => ({
    value: (z) => (z > 0 ? rise * z : slope * z),
    derivative: (z) => (z > 0 ? rise : slope),
    second: () => 0,
    kinks: [0],
    tails: [
      { from: 0, slope, intercept: 0 },
      { from: 0, slope: rise, intercept: 0 },
    ],
    closedForm: { family: 'arc-cosine', slope: slope / rise, gain: rise * rise },
  }),
}
