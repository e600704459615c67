import { degreeOrder, hiddenOrder } from '../fit/align.js'
import { layerOf } from '../fit/binning.js'
import { fittedFamily, searchFamily, tunedSetting, type Candidate, type Family } from './candidate.js'
import { smoothedChain } from './smoothed-chain.js'

/**
 * An estimator of entry probabilities, made into one of graphons: every matrix is estimated by itself, units are placed by
 * the degrees of the *estimates*, on both sides for a hidden layer (see `hiddenOrder`), and bins hold means of estimates (see `smoothedChain` for inputs and classes).
 */
export function smoothed<Setting>(name: string, summary: string, family: Family<Setting>): Candidate {
  const tunedChain: Candidate['tunedChain'] = (matrices, tuningSeed) => {
    const settings = matrices.map((values) => tunedSetting(family, values, tuningSeed))
    return (input) => {
      const estimates = input.masks.map((values, l) => family.prepare(values, input.seed)(settings[l]).all())
      return smoothedChain(estimates, hiddenOrder(estimates), input)
    }
  }
  return {
    name,
    summary,
    search: (contest, leader) => searchFamily(family, contest, leader),
    tunedChain,
    probabilities: (values, { seed }) => fittedFamily(family, values, seed),
    chain: (input) => tunedChain(input.masks, input.seed)(input),
    layer(values, K, seed) {
      const estimate = fittedFamily(family, values, seed)
      const order = degreeOrder(estimate)
      return layerOf(estimate, order.rows, order.columns, K)
    },
  }
}
