import type { Network } from '../network/network.js'
import { NumbersError } from '../numbers-error.js'

export const scopes = ['global', 'layer'] as const

/** `global`: all matrices compete for one budget; `layer`: each matrix has its own. */
export type Scope = (typeof scopes)[number]

/** Matrices that share one budget. */
export interface Budget {
  /** Indices of the matrices, ascending. */
  readonly layers: readonly number[]
  /** Entries, pruned ones included. */
  readonly total: number
  /** Entries that the given masks keep. */
  readonly available: number
  /** Entries to keep, ⌊density · total + ½⌋. */
  readonly keep: number
}

/** How many of `total` weights a density keeps: ⌊density · total + ½⌋. */
export function keepCount(total: number, density: number): number {
  return Math.floor(density * total + 0.5)
}

/**
 * The budgets of a network. Density is relative to all entries, also when the network's masks already prune some.
 *
 * @param density in (0, 1]
 * @throws RangeError when the density is out of range, keeps nothing at all, or asks for more than the masks keep
 */
export function pruningBudgets(network: Network, density: number, scope: Scope): Budget[] {
  if (!(0 < density && density <= 1)) throw new NumbersError(`prune: expected a density in (0, 1], got ${density}`)
  if (!scopes.includes(scope)) {
    throw new NumbersError(`prune: expected a scope of ${scopes.join(' or ')}, got ${JSON.stringify(scope)}`)
  }
  const all = network.layers.map((_, i) => i)
  const budgets = (scope === 'global' ? [all] : all.map((i) => [i])).map((layers): Budget => {
    const sum = (count: (layer: number) => number) => layers.reduce((total, layer) => total + count(layer), 0)
    const total = sum((i) => network.layers[i].mask.data.length)
    return { layers, total, available: sum((i) => network.layers[i].mask.kept), keep: keepCount(total, density) }
  })
  if (budgets.every(({ keep }) => keep === 0)) {
    const total = budgets.reduce((sum, budget) => sum + budget.total, 0)
    const remedy = scope === 'global' ? `at least ${0.5 / total}` : 'a higher density or global scope'
    throw new NumbersError(`prune: expected a density that keeps weights, got ${density} of ${total}; use ${remedy}`)
  }
  for (const { layers, total, available, keep } of budgets) {
    if (keep <= available) continue
    const place = scope === 'global' ? 'the given masks' : `layers.${layers[0]}.mask`
    throw new NumbersError(
      `prune: expected a density of at most ${available / total}, what ${place} already keep, got ${density}; ` +
        'use a lower density or start from the dense network',
    )
  }
  return budgets
}
