import { matrix } from '../linalg/matrix.js'
import { effectiveWeights } from '../network/forward.js'
import { gradientAndHessianGradient } from '../network/hessian.js'
import type { Criterion } from './criterion.js'

/**
 * Score w · (H g), with gradient g and Hessian H of the mean cross-entropy over the given samples: removing a weight
 * changes ‖g‖² by −2 w (H g) to first order. What is removed are the smallest scores, as in the authors' code, where
 * the score −w (H g) is cut from above. Weights only; biases stay fixed. One pass, exact H g.
 */
export const grasp: Criterion = {
  label: 'GraSP',
  summary: 'keeps the weights with the largest w · (Hg)',
  needsData: true,
  iterative: false,
  defaults: { temperature: 1 },
  paper: 'Wang, Zhang and Grosse, Picking Winning Tickets Before Training by Preserving Gradient Flow, ICLR 2020',
  scores(network, { temperature, batchSize, onProgress }, batch) {
    const report = (done: number, total: number) => onProgress(done / total)
    const loss = { loss: 'cross-entropy', temperature, onProgress: report } as const
    const options = batchSize === undefined ? loss : { ...loss, batchSize }
    const { hessianGradient } = gradientAndHessianGradient(network, batch, options)
    return effectiveWeights(network).map(({ rows, cols, data }, i) =>
      matrix(
        rows,
        cols,
        data.map((w, k) => w * hessianGradient[i][k]),
      ),
    )
  },
}
