import { defaultKernels, withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import {
  addOuter,
  denseForward,
  layerInput,
  multiplyBack,
  placeDense,
  placeUnits,
  type DenseNetwork,
  type Finish,
} from './dense-passes.js'
import { checkInput, rowsOf } from './forward.js'
import { lossGradient, meanLoss, type LossName } from './loss.js'
import type { Network } from './network.js'
import { NumbersError } from '../numbers-error.js'

/** Samples and their targets. */
export interface Batch {
  /** `[N, d]` */
  readonly x: Matrix
  /** `[N, C]` */
  readonly targets: Matrix
}

/** Samples held in memory at a time when nothing else is said. */
export const defaultBatchSize = 1000

export interface DerivativeOptions {
  readonly loss: LossName
  /** Outputs are divided by it before the loss; default 1 */
  readonly temperature?: number
  /** Samples held in memory at a time; default `defaultBatchSize`. Results differ by rounding only. */
  readonly batchSize?: number
  /** Called after each part with the samples done and the total. */
  readonly onProgress?: (done: number, total: number) => void
  /** Default {@link defaultKernels}; the threads of their team share the work, the bits do not depend on how many */
  readonly kernels?: Kernels
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
  if (!(x.rows > 0)) throw new NumbersError(`${name}: expected at least one sample, got ${x.rows}`)
  if (targets.rows !== x.rows || targets.cols !== classes) {
    throw new NumbersError(`${name}: expected targets ${x.rows} × ${classes}, got ${targets.rows} × ${targets.cols}`)
  }
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new NumbersError(`${name}: expected a positive integer batchSize, got ${batchSize}`)
  }
}

/** A part of a batch, and whether it is the first or last one. */
export interface BatchPart extends Batch {
  readonly first: boolean
  readonly last: boolean
}

/** Calls `body` with consecutive parts of a batch of at most `size` samples, and reports progress. */
export function forEachPart(
  batch: Batch,
  size: number,
  options: DerivativeOptions,
  body: (part: BatchPart) => void,
): void {
  const total = batch.x.rows
  for (let start = 0; start < total; start += size) {
    const end = Math.min(total, start + size)
    const part = { x: rowsOf(batch.x, start, end), targets: rowsOf(batch.targets, start, end) }
    body({ ...part, first: start === 0, last: end === total })
    options.onProgress?.(end, total)
  }
}

/** A matrix of f64 in the shape of every weight matrix, uninitialised. */
export function roomLikeWeights({ network, scratch }: Pick<DenseNetwork, 'network' | 'scratch'>): Pointer[] {
  return network.layers.map(({ weight }) => scratch.alloc(weight.length * 8))
}

/** Copies matrices in the shape of the weight matrices out of kernel memory. */
export function readLikeWeights({ network, scratch }: DenseNetwork, at: readonly Pointer[]): Float64Array[] {
  return network.layers.map(({ weight }, l) => scratch.f64(at[l], weight.length).slice())
}

/** Samples of a batch that are in memory together. */
export function partSize({ x }: Batch, { batchSize = defaultBatchSize }: DerivativeOptions): number {
  return Math.min(x.rows, batchSize)
}

function addRowSums(sum: Float64Array, values: Float64Array, samples: number): void {
  for (let i = 0, k = 0; i < sum.length; i++) for (const end = k + samples; k < end; k++) sum[i] += values[k]
}

/**
 * {@link lossAndGradient} in kernel memory, without checks: overwrites `gradient`, adds to `biases` where given, and lets
 * `finish` follow on every tile of the gradient once all samples are in it.
 *
 * @param gradient room like the weights
 * @returns the mean loss
 */
export function denseGradient(
  dense: DenseNetwork,
  batch: Batch,
  options: DerivativeOptions,
  gradient: readonly Pointer[],
  { biases, finish }: { readonly biases?: readonly Float64Array[]; readonly finish?: Finish } = {},
): number {
  const { scratch, network, weights } = dense
  const lossOptions = { ...options, samples: batch.x.rows }
  let loss = 0
  forEachPart(batch, partSize(batch, options), options, ({ x, targets, first, last }) => {
    const f = denseForward(dense, x)
    loss += meanLoss(f, targets, lossOptions)
    let [delta, other] = dense.back
    placeUnits(dense, lossGradient(f, targets, lossOptions), delta)
    for (let l = weights.length - 1; l >= 0; l--) {
      const input = layerInput(dense, l, x.rows)
      addOuter(dense, l, delta, input, x.rows, gradient[l], { accumulate: !first, finish: last ? finish : undefined })
      if (biases) addRowSums(biases[l], scratch.f64(delta, network.layers[l].mask.rows * x.rows), x.rows)
      if (l === 0) break
      multiplyBack(dense, weights, l, delta, x.rows, other, { slope: true })
      ;[delta, other] = [other, delta]
    }
  })
  return loss
}

/**
 * The mean loss over a batch and its gradient by back-propagation, in f64, with respect to the effective weights
 * (w_eff = weightScale · w, z = (M ∘ w_eff) a). Entries under the mask are δ aᵀ as if the mask were 1 there: multiply
 * by the mask for the gradient of the surviving weights, by weightScale for stored weights.
 *
 * Kernel memory: 16 bytes per weight and 8 · min(N, batchSize) bytes per unit, four times for the widest layer's and twice
 * for the others'.
 *
 * @throws RangeError when the batch is empty or does not fit the network or the memory, or an option is out of range
 *
 * @example
 * import { createNetwork, createSpec, denseMask, lossAndGradient, matrixOf } from 'limn'
 *
 * // f = w x, loss ½ (w x − y)²: gradient x (w x − y).
 * const spec = createSpec({ sizes: [1, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(2), mask: denseMask(1, 1) }])
 * const { loss, weights } = lossAndGradient(network, { x: matrixOf([[3]]), targets: matrixOf([[1]]) }, { loss: 'mse' })
 * console.log(loss, weights[0][0]) // 12.5 15
 */
export function lossAndGradient(network: Network, batch: Batch, options: DerivativeOptions): LossAndGradient {
  checkBatch('lossAndGradient', network, batch, options.batchSize)
  const { kernels = defaultKernels() } = options
  return withScratch(kernels, (scratch) => {
    const dense = placeDense(kernels, scratch, network, partSize(batch, options))
    const gradient = roomLikeWeights(dense)
    const biases = network.layers.map(({ mask }) => new Float64Array(mask.rows))
    const loss = denseGradient(dense, batch, options, gradient, { biases })
    return { loss, weights: readLikeWeights(dense, gradient), biases }
  })
}
