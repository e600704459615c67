import { checkLimit, sumOf, weightCounts, type ConstantLimit, type LimitOptions } from './closed-form.js'

/**
 * Random pruning: W = V = p in every matrix, in both scopes and at every width; it neither drifts nor has anything to
 * converge. Under a global budget of K among T weights the N_l weights of matrix l keep a hypergeometric number, so its
 * density fluctuates with variance (K/T)(1 − K/T)(T − N_l) / (N_l (T − 1)), which vanishes as the network widens. Per-layer
 * budgets prescribe it.
 *
 * @throws RangeError when sizes or density are out of range
 *
 * @example
 * import { randomLimit } from 'limn/graphon'
 *
 * const { densities, energies } = randomLimit({ sizes: [784, 300, 10], density: 0.1, scope: 'global' })
 * console.log(densities, energies) // [ 0.1, 0.1 ] [ 0.1, 0.1 ]
 */
export function randomLimit(options: LimitOptions): ConstantLimit {
  const counts = weightCounts(checkLimit('randomLimit', options))
  const { density: p, scope } = options
  const total = sumOf(counts)
  const deviation = (count: number) =>
    total > 1 && scope === 'global' ? Math.sqrt((p * (1 - p) * (total - count)) / (count * (total - 1))) : 0
  const constant = counts.map(() => p)
  return { densities: constant, energies: constant, deviations: counts.map(deviation) }
}
