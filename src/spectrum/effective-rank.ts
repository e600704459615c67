import type { SpectralMetric } from './metric.js'

/** Trace over largest eigenvalue; null unless λ₁ > 0. */
export const effectiveRank: SpectralMetric<number | null> = {
  label: 'effective rank',
  description: 'trace / λ₁',
  measure: ({ eigenvalues, trace }) => (eigenvalues[0] > 0 ? trace / eigenvalues[0] : null),
}
