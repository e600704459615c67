import { degreeOrder, hiddenOrder } from '../fit/align.js'
import { binMeans, binned, chainInOrders, clampUnit, layerOf, unitBins } from '../fit/binning.js'
import { stepFit } from '../fit/fit.js'
import { binLadder } from '../fit/held-out.js'
import { fittedFamily, searchFamily, type Candidate, type Family } from './candidate.js'

/** What is shared by all numbers of bins: the degree orders. */
const sorted: Family<number> = {
  settings: ({ rows, cols }) => binLadder(Math.min(rows, cols)),
  prepare(values) {
    const order = degreeOrder(values)
    return (K) => {
      const [out, into] = [binned(order.rows, K), binned(order.columns, K)]
      return stepFit(clampUnit(binMeans(values, out, into)), unitBins(out), unitBins(into))
    }
  },
}

/**
 * Degree-sorted histogram: sort units, cut each hidden axis into bins as equal as possible, take the mean of each bin
 * (Pham et al. 2025, section 4; Chan and Airoldi 2014 without smoothing). It keeps the total mass:
 * Σ W·measure_out·measure_in = density.
 */
export const histogram: Candidate = {
  name: 'histogram',
  summary: 'mean of degree-sorted bins',
  search: (contest, leader) => searchFamily(sorted, contest, leader),
  tunedChain: () => (input) => chainInOrders(input.masks, hiddenOrder(input.masks), input),
  probabilities(values, { bins, seed }) {
    return bins === 'auto' ? fittedFamily(sorted, values, seed) : sorted.prepare(values, seed)(bins).all()
  },
  chain(input) {
    return chainInOrders(input.masks, hiddenOrder(input.masks), input)
  },
  layer(values, K) {
    const order = degreeOrder(values)
    return layerOf(values, order.rows, order.columns, K)
  },
}
