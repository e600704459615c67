import { placeDense } from '../network/dense-passes.js'
import { checkBatch, denseGradient, partSize, roomLikeWeights } from '../network/gradient.js'
import type { Criterion } from './criterion.js'
import { correlatedSurvivors } from './limitation.js'
import { asScores, derivativeOptions, saliency } from './saliency.js'

/** Score |w ∂L/∂w| with the mean cross-entropy L over the given samples (connection sensitivity). Biases take no part. */
export const snip: Criterion = {
  name: 'snip',
  label: 'SNIP',
  summary: 'keeps the weights whose removal would change the loss most, to first order',
  needsData: true,
  iterative: false,
  defaults: {},
  paper: 'Lee, Ajanthan and Torr, SNIP: Single-shot Network Pruning based on Connection Sensitivity, ICLR 2019',
  limitations: [correlatedSurvivors],
  scores(network, { kernels, scratch, batchSize, onProgress }, batch) {
    const options = derivativeOptions({ batchSize, onProgress })
    checkBatch('prune', network, batch, options.batchSize)
    const dense = placeDense(kernels, scratch, network, partSize(batch, options))
    const gradient = roomLikeWeights(dense)
    denseGradient(dense, batch, options, gradient, { finish: saliency(dense, gradient, true) })
    return asScores(dense, gradient)
  },
}
