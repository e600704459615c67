import { placeDense } from '../network/dense-passes.js'
import { checkBatch, partSize, roomLikeWeights } from '../network/gradient.js'
import { denseHessianGradient } from '../network/hessian.js'
import type { Criterion } from './criterion.js'
import { correlatedSurvivors } from './limitation.js'
import { asScores, derivativeOptions, saliency } from './saliency.js'

/**
 * Score w · (H g), with gradient g and Hessian H of the mean cross-entropy over the given samples: removing a weight
 * changes ‖g‖² by −2 w (H g) to first order. What is removed are the smallest scores, as in the authors' code, where
 * the score −w (H g) is cut from above. Weights only; biases stay fixed. One pass, exact H g.
 */
export const grasp: Criterion = {
  name: 'grasp',
  label: 'GraSP',
  summary: 'keeps the weights with the largest w · (Hg)',
  needsData: true,
  iterative: false,
  defaults: { temperature: 1 },
  paper: 'Wang, Zhang and Grosse, Picking Winning Tickets Before Training by Preserving Gradient Flow, ICLR 2020',
  limitations: [correlatedSurvivors],
  scores(network, { kernels, scratch, temperature, batchSize, onProgress }, batch) {
    const options = derivativeOptions({ temperature, batchSize, onProgress })
    checkBatch('prune', network, batch, options.batchSize)
    const dense = placeDense(kernels, scratch, network, partSize(batch, options))
    const [gradient, product] = [roomLikeWeights(dense), roomLikeWeights(dense)]
    denseHessianGradient(dense, batch, options, gradient, product, { finish: saliency(dense, product, false) })
    return asScores(dense, product)
  },
}
