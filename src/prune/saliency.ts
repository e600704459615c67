import type { Pointer } from '../linalg/kernels.js'
import { step } from '../linalg/steps.js'
import type { DenseNetwork, Finish } from '../network/dense-passes.js'
import { defaultBatchSize, type DerivativeOptions } from '../network/gradient.js'
import type { CriterionContext } from './criterion.js'
import type { PlacedScores } from './select.js'

/** Turns each tile of a derivative h into scores w · h, or |w · h|, in place. */
export function saliency({ network, weights }: DenseNetwork, h: readonly Pointer[], absolute: boolean): Finish {
  return (l, { rows, cols, at }) => {
    const stride = network.layers[l].mask.cols
    return [step('saliencyF64', rows, cols, stride, at(weights[l]), at(h[l]), absolute ? 1 : 0)]
  }
}

/** Matrices in the shape of the weights as scores of those that are not pruned yet. */
export function asScores({ network, open }: DenseNetwork, at: readonly Pointer[]): PlacedScores[] {
  return network.layers.map(({ mask: { rows, cols } }, l) => ({ rows, cols, at: at[l], open: open[l] }))
}

/** The mean cross-entropy of a criterion's samples, in parts and with the progress that the context asks for. */
export function derivativeOptions(
  context: Pick<CriterionContext, 'batchSize' | 'onProgress'> & { readonly temperature?: number },
): DerivativeOptions {
  const { temperature = 1, batchSize = defaultBatchSize, onProgress } = context
  return { loss: 'cross-entropy', temperature, batchSize, onProgress: (done, total) => onProgress(done / total) }
}
