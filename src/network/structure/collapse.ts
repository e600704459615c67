import { reachedOutputs } from '../paths.js'
import type { Measured, StructureMetric } from './metric.js'

/** What `collapse` measures of the network. */
export type CollapseValues = {
  /** Whether a matrix is empty or no path is left: the output does not depend on the input. */
  readonly collapsed: boolean
  /** Matrices without a survivor. */
  readonly emptyMatrices: number
  /** Outputs that no path from an input reaches. */
  readonly lostOutputs: number
}

/** Layer collapse (Tanaka et al. 2020): a matrix without a survivor, or no path at all. */
export const collapse: StructureMetric<Measured<CollapseValues, { readonly empty: boolean }>> = {
  name: 'collapse',
  label: 'collapse',
  description: 'a matrix without a survivor, or no path from an input to an output',
  measure({ masks }) {
    const reached = reachedOutputs(masks)
    const lostOutputs = reached.reduce((sum, bit) => sum + 1 - bit, 0)
    const matrices = masks.map(({ kept }) => ({ empty: kept === 0 }))
    return {
      network: {
        collapsed: lostOutputs === reached.length,
        emptyMatrices: matrices.filter(({ empty }) => empty).length,
        lostOutputs,
      },
      matrices,
    }
  },
  reason: () => undefined,
}
