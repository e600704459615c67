import { reasonsOf, type Measured, type NoValues, type StructureMetric } from './metric.js'

/** What `singularValues` measures of each matrix. */
export type SingularValues = {
  /** σ_1, from 0 to √(rows · columns). */
  readonly first: number
  /** σ_2; null where the mask has one row or one column. */
  readonly second: number | null
  /** σ_1 − σ_2, 0 for masks of two parts alike that nothing connects; null with `second`. */
  readonly gap: number | null
}

/** The two largest singular values of each mask, as a matrix of zeros and ones. */
export const singularValues: StructureMetric<Measured<NoValues, SingularValues>> = {
  name: 'singularValues',
  label: 'singular values',
  description: 'σ₁ and σ₂ of each mask, and σ₁ − σ₂',
  measure: ({ masks, leading }) => ({
    network: {},
    matrices: masks.map((_, l) => {
      const { first, second } = leading(l)
      return { first, second, gap: second === null ? null : first - second }
    }),
  }),
  reason: (chain) => reasonsOf(chain, (l) => (chain.leading(l).second === null ? 'has one singular value' : undefined)),
}
