import type { Matrix } from '../../linalg/matrix.js'
import { degreeOrder, hiddenOrder } from '../align.js'
import { binMeans, binned, chainOf, clampUnit, expandBins, layerOf, unitBins } from '../binning.js'
import { binLadder, tune } from '../held-out.js'
import type { Estimator, Values } from './estimator.js'

/** What is shared by all numbers of bins: the degree orders. */
function sorted(values: Values): (K: number) => Matrix {
  const order = degreeOrder(values)
  return (K) => {
    const [out, into] = [binned(order.rows, K), binned(order.columns, K)]
    return expandBins(clampUnit(binMeans(values, out, into)), unitBins(out), unitBins(into))
  }
}

/**
 * Degree-sorted histogram: sort units, cut each hidden axis into bins as equal as possible, take the mean of each bin
 * (Pham et al. 2025, section 4; Chan and Airoldi 2014 without smoothing). It keeps the total mass:
 * Σ W·measure_out·measure_in = density.
 */
export const histogram: Estimator = {
  summary: 'mean of degree-sorted bins',
  probabilities(values, { bins, seed }) {
    const ladder = binLadder(Math.min(values.rows, values.cols))
    return sorted(values)(bins === 'auto' ? tune(values, ladder, sorted, { seed }) : bins)
  },
  chain(input) {
    return chainOf(input.masks, hiddenOrder(input.masks), input)
  },
  layer(values, K) {
    const order = degreeOrder(values)
    return layerOf(values, order.rows, order.columns, K)
  },
}
