import { matrix } from '../linalg/matrix.js'
import { effectiveWeight } from '../network/forward.js'
import type { Criterion } from './criterion.js'

/** Score |w_eff|. */
export const magnitude: Criterion = {
  label: 'Magnitude',
  summary: 'keeps the weights of largest magnitude',
  needsData: false,
  iterative: false,
  defaults: {},
  paper: 'Han et al., Learning both Weights and Connections for Efficient Neural Networks, NeurIPS 2015',
  scores(network) {
    return network.layers.map((_, i) => {
      const { rows, cols, data } = effectiveWeight(network, i, true)
      return matrix(rows, cols, data.map(Math.abs))
    })
  },
}
