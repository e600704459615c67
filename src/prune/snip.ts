import { matrix } from '../linalg/matrix.js'
import { effectiveWeights } from '../network/forward.js'
import { lossAndGradient } from '../network/gradient.js'
import type { Criterion } from './criterion.js'

/** Score |w ∂L/∂w| with the mean cross-entropy L over the given samples (connection sensitivity). Biases take no part. */
export const snip: Criterion = {
  label: 'SNIP',
  summary: 'keeps the weights whose removal would change the loss most, to first order',
  needsData: true,
  iterative: false,
  defaults: {},
  paper: 'Lee, Ajanthan and Torr, SNIP: Single-shot Network Pruning based on Connection Sensitivity, ICLR 2019',
  scores(network, { batchSize, onProgress }, batch) {
    const report = (done: number, total: number) => onProgress(done / total)
    const loss = { loss: 'cross-entropy', onProgress: report } as const
    const { weights } = lossAndGradient(network, batch, batchSize === undefined ? loss : { ...loss, batchSize })
    return effectiveWeights(network).map(({ rows, cols, data }, i) =>
      matrix(
        rows,
        cols,
        data.map((w, k) => Math.abs(w * weights[i][k])),
      ),
    )
  },
}
