import { matmul } from '../linalg/matmul.js'
import type { Matrix } from '../linalg/matrix.js'
import { mapActivation } from './activation.js'
import { checkInput, effectiveWeights, forwardWith, rowsOf } from './forward.js'
import { lossGradient, meanLoss, type LossName } from './loss.js'
import type { Network } from './network.js'

/** Samples and their targets. */
export interface Batch {
  /** `[N, d]` */
  readonly x: Matrix
  /** `[N, C]` */
  readonly targets: Matrix
}

export interface DerivativeOptions {
  readonly loss: LossName
  /** Outputs are divided by it before the loss; default 1 */
  readonly temperature?: number
  /** Samples held in memory at a time; default 1000. Results differ by rounding only. */
  readonly batchSize?: number
  /** Called after each part with the samples done and the total. */
  readonly onProgress?: (done: number, total: number) => void
}

/** The mean loss and its gradient in effective coordinates. */
export interface LossAndGradient {
  readonly loss: number
  /** Per matrix, `[out, in]` row-major: ∂loss/∂w_eff for ALL entries, at pruned ones as if their mask entry were 1 */
  readonly weights: Float64Array[]
  /** Per layer `[out]`: ∂loss/∂b_eff with b_eff = biasScale · b, whether or not the layer has a bias */
  readonly biases: Float64Array[]
}

/** @throws RangeError when the batch is empty or does not fit the network, or `batchSize` is not a positive integer */
export function checkBatch(name: string, network: Network, { x, targets }: Batch, batchSize = 1): void {
  checkInput(name, network, x)
  const classes = network.spec.sizes.at(-1)!
  if (!(x.rows > 0)) throw new RangeError(`${name}: expected at least one sample, got ${x.rows}`)
  if (targets.rows !== x.rows || targets.cols !== classes) {
    throw new RangeError(`${name}: expected targets ${x.rows} × ${classes}, got ${targets.rows} × ${targets.cols}`)
  }
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`${name}: expected a positive integer batchSize, got ${batchSize}`)
  }
}

/** Calls `body` with consecutive parts of a batch of at most `size` samples, and reports progress. */
export function forEachPart(batch: Batch, size: number, options: DerivativeOptions, body: (part: Batch) => void): void {
  const total = batch.x.rows
  for (let start = 0; start < total; start += size) {
    const end = Math.min(total, start + size)
    body({ x: rowsOf(batch.x, start, end), targets: rowsOf(batch.targets, start, end) })
    options.onProgress?.(end, total)
  }
}

/** sum += term, entry by entry. */
export function addInto(sum: Float64Array, term: Float64Array): void {
  for (let k = 0; k < sum.length; k++) sum[k] += term[k]
}

/** a ∘= b, entry by entry; returns a. */
export function multiplyInto(a: Float64Array, b: Float64Array): Float64Array {
  for (let k = 0; k < a.length; k++) a[k] *= b[k]
  return a
}

function addColumnSums(sum: Float64Array, { rows, cols, data }: Matrix): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) sum[j] += data[i * cols + j]
}

/** Zeros in the shape of every weight matrix. */
export function zerosLikeWeights(network: Network): Float64Array[] {
  return network.layers.map(({ weight }) => new Float64Array(weight.length))
}

/**
 * The mean loss over a batch and its gradient by back-propagation, in f64, with respect to the effective weights
 * (w_eff = weightScale · w, z = (M ∘ w_eff) a). Entries under the mask are δ aᵀ as if the mask were 1 there: multiply
 * by the mask for the gradient of the surviving weights, by weightScale for stored weights.
 *
 * @throws RangeError when the batch is empty or does not fit the network, or an option is out of range
 */
export function lossAndGradient(network: Network, batch: Batch, options: DerivativeOptions): LossAndGradient {
  const { batchSize = 1000 } = options
  checkBatch('lossAndGradient', network, batch, batchSize)
  const { activation } = network.spec
  const effective = effectiveWeights(network)
  const weights = zerosLikeWeights(network)
  const biases = network.layers.map(({ mask }) => new Float64Array(mask.rows))
  const lossOptions = { ...options, samples: batch.x.rows }
  let loss = 0
  forEachPart(batch, batchSize, options, ({ x, targets }) => {
    const { pre, post } = forwardWith(network, effective, x)
    const f = pre.at(-1)!
    loss += meanLoss(f, targets, lossOptions)
    let delta = lossGradient(f, targets, lossOptions)
    for (let l = effective.length - 1; l >= 0; l--) {
      addInto(weights[l], matmul(delta, post[l], { transposeA: true }).data)
      addColumnSums(biases[l], delta)
      if (l === 0) break
      delta = matmul(delta, effective[l])
      multiplyInto(delta.data, mapActivation(activation, 'derivative', pre[l - 1].data))
    }
  })
  return { loss, weights, biases }
}
