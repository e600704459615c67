import { reasonsOf, type Measured, type NoValues, type StructureMetric } from './metric.js'

/** What `regularity` measures of each matrix. */
export type RegularityValues = {
  /** √(mean fan-in · mean fan-out) / σ_1, from 0 to 1; null for an empty mask. */
  readonly regularity: number | null
}

/**
 * How near a mask is to a biregular one. 1ᵀ M 1 / √(rows · columns) is at most σ_1, and equal to it exactly when all units of
 * a side have the same degree.
 */
export const regularity: StructureMetric<Measured<NoValues, RegularityValues>> = {
  name: 'regularity',
  label: 'regularity',
  description: '√(mean fan-in · mean fan-out) / σ₁, 1 exactly when fan-in and fan-out are constant',
  measure: ({ masks, leading }) => ({
    network: {},
    matrices: masks.map(({ kept, rows, cols }, l) => ({
      regularity: kept === 0 ? null : Math.min(1, kept / Math.sqrt(rows * cols) / leading(l).first),
    })),
  }),
  reason: (chain) => reasonsOf(chain, (l) => (chain.masks[l].kept === 0 ? 'no weight survives' : undefined)),
}
