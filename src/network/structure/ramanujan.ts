import { meanDegrees, ramanujanBound } from './ramanujan-bound.js'
import { reasonsOf, type Measured, type StructureMetric } from './metric.js'
import type { MaskChain } from './chain.js'

/** What `ramanujan` measures of each matrix. */
export type RamanujanValues = {
  /** √(d_l − 1) + √(d_r − 1) with mean degrees of units that have a survivor; null for an empty mask. */
  readonly bound: number | null
  /** bound − σ_2: positive within the bound; null with the bound, or where there is one singular value. */
  readonly difference: number | null
  /** Whether σ_2 is at most the bound; null with the difference. */
  readonly within: boolean | null
}

/** Rounding of σ_2, relative to σ_1: a graph on the bound is within it. */
const rounding = 1e-8

const boundOf = ({ masks, inDegrees, outDegrees }: MaskChain, l: number): number | null =>
  masks[l].kept === 0 ? null : ramanujanBound(meanDegrees(masks[l].kept, inDegrees[l], outDegrees[l]))

/**
 * The second singular value beside that of the best expanders. A bipartite graph with degrees d_l and d_r is a Ramanujan graph
 * when σ_2 ≤ √(d_l − 1) + √(d_r − 1), which no large graph can undercut by a constant (Vooturi, Varma and Kothapalli 2020).
 * Masks whose degrees differ are held against their mean degrees (Hoang et al. 2023).
 */
export const ramanujan: StructureMetric<
  Measured<{ readonly within: number; readonly judged: number }, RamanujanValues>
> = {
  name: 'ramanujan',
  label: 'Ramanujan bound',
  description:
    '√(d_l − 1) + √(d_r − 1) with mean degrees of units that have a survivor, minus σ₂; within when not negative',
  measure(chain) {
    const matrices = chain.masks.map((_, l): RamanujanValues => {
      const bound = boundOf(chain, l)
      const { first, second } = chain.leading(l)
      if (bound === null || second === null) return { bound, difference: null, within: null }
      return { bound, difference: bound - second, within: second <= bound + rounding * first }
    })
    return {
      network: {
        within: matrices.filter(({ within }) => within === true).length,
        judged: matrices.filter(({ within }) => within !== null).length,
      },
      matrices,
    }
  },
  reason: (chain) =>
    reasonsOf(chain, (l) => {
      if (boundOf(chain, l) === null) return 'no weight survives'
      return chain.leading(l).second === null ? 'has one singular value' : undefined
    }),
}
