import { degreeOrder, hiddenOrder } from '../align.js'
import { chainOf, layerOf } from '../binning.js'
import type { Estimator } from './estimator.js'

/**
 * An estimator of entry probabilities, made into one of graphons: every matrix is estimated by itself, units are placed by
 * the degrees of the *estimates*, on both sides for a hidden layer (see `hiddenOrder`), and bins hold means of estimates.
 */
export function smoothed(summary: string, probabilities: Estimator['probabilities']): Estimator {
  return {
    summary,
    probabilities,
    chain(input) {
      const { masks, seed } = input
      const estimates = masks.map((values) => probabilities(values, { bins: 'auto', seed }))
      return chainOf(estimates, hiddenOrder(estimates), input)
    },
    layer(values, K, seed) {
      const estimate = probabilities(values, { bins: 'auto', seed })
      const order = degreeOrder(estimate)
      return layerOf(estimate, order.rows, order.columns, K)
    },
  }
}
