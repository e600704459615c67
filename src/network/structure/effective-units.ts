import type { Measured, StructureMetric } from './metric.js'

/** What `effectiveUnits` measures of each matrix. */
export type EffectiveUnitsAbove = {
  /** Of the units above the matrix, those on a path from an input to an output. */
  readonly units: number
  readonly share: number
}

/** What `effectiveUnits` measures of the network: how many of each kind. */
export type EffectiveUnitsNetwork = { readonly inputs: number; readonly hidden: number; readonly outputs: number }

/** Units on at least one path from an input to an output (effective nodes: Pham et al. 2023). */
export const effectiveUnits: StructureMetric<Measured<EffectiveUnitsNetwork, EffectiveUnitsAbove>> = {
  name: 'effectiveUnits',
  label: 'effective units',
  description: 'units above each matrix on at least one path from an input to an output, and their share',
  measure({ effective }) {
    const units = effective().units.map((marks) => ({
      of: marks.length,
      found: marks.reduce((sum, bit) => sum + bit, 0),
    }))
    const matrices = units.slice(1).map(({ of, found }) => ({ units: found, share: found / of }))
    return {
      network: {
        inputs: units[0].found,
        hidden: matrices.slice(0, -1).reduce((sum, one) => sum + one.units, 0),
        outputs: matrices.at(-1)!.units,
      },
      matrices,
    }
  },
  reason: () => undefined,
}
