import { density, totalDensity } from '../mask.js'
import type { Measured, StructureMetric } from './metric.js'

/** What `densities` measures of each matrix and of the network. */
export type DensityValues = { readonly kept: number; readonly density: number }

/** Survivors and their fraction, of each matrix and of all together. */
export const densities: StructureMetric<Measured<DensityValues, DensityValues>> = {
  name: 'densities',
  label: 'density',
  description: 'survivors, and survivors / weights, of each matrix and of all together',
  measure: ({ masks }) => ({
    network: { kept: masks.reduce((sum, { kept }) => sum + kept, 0), density: totalDensity(masks) },
    matrices: masks.map((mask) => ({ kept: mask.kept, density: density(mask) })),
  }),
  reason: () => undefined,
}
