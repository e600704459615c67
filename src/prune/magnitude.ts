import { parallel } from '../linalg/team.js'
import { placeWeights } from '../network/dense-passes.js'
import { chunksOf } from '../network/dense-product.js'
import type { Criterion } from './criterion.js'
import type { PlacedScores } from './select.js'

/** Score |w_eff|. */
export const magnitude: Criterion = {
  name: 'magnitude',
  label: 'Magnitude',
  summary: 'keeps the weights of largest magnitude',
  needsData: false,
  iterative: false,
  defaults: {},
  paper: 'Han et al., Learning both Weights and Connections for Efficient Neural Networks, NeurIPS 2015',
  scores(network, { kernels, scratch }) {
    const { weights, open } = placeWeights(kernels, scratch, network)
    return network.layers.map(({ mask: { rows, cols } }, l): PlacedScores => {
      const tasks = chunksOf(rows * cols).map(([first, count]) => [count, weights[l] + first * 8] as const)
      parallel(kernels, 'absoluteF64', tasks)
      return { rows, cols, at: weights[l], open: open[l] }
    })
  },
}
