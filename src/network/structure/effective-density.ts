import type { Measured, StructureMetric } from './metric.js'

/** What `effectiveDensity` measures of each matrix and of the network. */
export type EffectiveDensityValues = {
  /** Survivors on at least one path from an input to an output. */
  readonly kept: number
  /** The same over all weights. */
  readonly density: number
}

/** Density of what takes part: survivors on a path from an input to an output (Vysogorets and Kempe 2023). */
export const effectiveDensity: StructureMetric<Measured<EffectiveDensityValues, EffectiveDensityValues>> = {
  name: 'effectiveDensity',
  label: 'effective density',
  description: 'survivors on at least one path from an input to an output, and the same over all weights',
  measure({ masks, effective }) {
    const { kept } = effective()
    const all = kept.reduce((sum, count) => sum + count, 0)
    const weights = masks.reduce((sum, { data }) => sum + data.length, 0)
    return {
      network: { kept: all, density: all / weights },
      matrices: masks.map(({ data }, l) => ({ kept: kept[l], density: kept[l] / data.length })),
    }
  },
  reason: () => undefined,
}
