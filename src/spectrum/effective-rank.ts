import { notPositive } from './levels.js'
import type { SpectralMetric } from './metric.js'

/**
 * Trace over largest eigenvalue, from 1 to n; null for a zero or indefinite kernel. Where rounding puts the trace below λ₁,
 * it is 1.
 */
export const effectiveRank: SpectralMetric<number | null> = {
  name: 'effectiveRank',
  label: 'effective rank',
  description: 'trace / λ₁',
  measure: (spectrum) =>
    notPositive(spectrum) === undefined ? Math.max(1, spectrum.trace / spectrum.eigenvalues[0]) : null,
  reason: notPositive,
}
