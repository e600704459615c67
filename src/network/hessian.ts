import { applyDerivative, inSteps } from './activation-kernels.js'
import { defaultKernels, withScratch, type Pointer } from '../linalg/kernels.js'
import {
  addOuter,
  denseForward,
  layerInput,
  multiplyBack,
  multiplyUnits,
  placeDense,
  placeUnits,
  roomFor,
  mapUnits,
  samplesByUnits,
  unitsBySamples,
  type DenseNetwork,
  type Finish,
} from './dense-passes.js'
import { scaleOpen } from './dense-product.js'
import {
  checkBatch,
  denseGradient,
  forEachPart,
  partSize,
  readLikeWeights,
  roomLikeWeights,
  type Batch,
  type DerivativeOptions,
} from './gradient.js'
import { lossGradient, lossHessianVector } from './loss.js'
import type { Network } from './network.js'
import { NumbersError } from '../numbers-error.js'

/**
 * {@link hessianVectorProduct} in kernel memory, without checks: overwrites `result` and lets `finish` follow on each of
 * its tiles. Takes room for four more arrays of values per layer than {@link denseGradient}.
 *
 * @param directions v, in the shape of the weights
 * @param result room like the weights
 */
export function denseHessianVector(
  dense: DenseNetwork,
  batch: Batch,
  directions: readonly Pointer[],
  options: DerivativeOptions,
  result: readonly Pointer[],
  finish?: Finish,
): void {
  const { scratch, network, activation, weights, pre } = dense
  const { sizes } = network.spec
  const layers = weights.length
  const capacity = partSize(batch, options)
  const smooth = activation.kind !== 'piecewise'
  const values = (units: number) => roomFor(scratch, units, capacity)
  // R z and R a of every layer behind a matrix; R a of the last one stays unused.
  const preR = sizes.slice(1).map(values)
  const postR = sizes.slice(1).map(values)
  const backR = [values(Math.max(...sizes)), values(Math.max(...sizes))]
  const lossOptions = { ...options, samples: batch.x.rows }
  forEachPart(batch, capacity, options, ({ x, targets, first, last }) => {
    const samples = x.rows
    const f = denseForward(dense, x)
    // R z^l = V a^{l-1} + W R a^{l-1}, R a^l = φ'(z^l) ∘ R z^l; x does not move.
    for (let l = 0; l < layers; l++) {
      multiplyUnits(dense, directions, l, layerInput(dense, l, samples), samples, preR[l])
      if (l > 0) {
        multiplyUnits(dense, weights, l, unitsBySamples(postR[l - 1], samples), samples, preR[l], { accumulate: true })
      }
      if (l + 1 === layers) break
      const count = sizes[l + 1] * samples
      scratch.f64(postR[l], count).set(scratch.f64(preR[l], count))
      multiplySlope(dense, l, postR[l], count)
    }
    let [delta, other] = dense.back
    let [deltaR, otherR] = backR
    const moved = samplesByUnits(dense, preR[layers - 1], sizes[layers], samples)
    placeUnits(dense, lossGradient(f, targets, lossOptions), delta)
    placeUnits(dense, lossHessianVector(f, targets, moved, lossOptions), deltaR)
    for (let l = layers - 1; l >= 0; l--) {
      const done = last ? finish : undefined
      const own = { accumulate: !first, finish: l === 0 ? done : undefined }
      addOuter(dense, l, deltaR, layerInput(dense, l, samples), samples, result[l], own)
      if (l === 0) break
      const inputR = unitsBySamples(postR[l - 1], samples)
      addOuter(dense, l, delta, inputR, samples, result[l], { accumulate: true, finish: done })
      // e = Wᵀ δ; δ = φ'(z) ∘ e; R δ = φ''(z) ∘ R z ∘ e + φ'(z) ∘ (Vᵀ δ + Wᵀ R δ)
      multiplyBack(dense, directions, l, delta, samples, otherR)
      multiplyBack(dense, weights, l, deltaR, samples, otherR, { accumulate: true, slope: true })
      multiplyBack(dense, weights, l, delta, samples, other)
      const count = sizes[l] * samples
      if (smooth) {
        mapUnits(dense, 'second', pre[l - 1], preR[l - 1], count, true)
        const [sum, curved, e] = [otherR, preR[l - 1], other].map((at) => scratch.f64(at, count))
        for (let k = 0; k < count; k++) sum[k] += curved[k] * e[k]
      }
      multiplySlope(dense, l - 1, other, count)
      ;[delta, other] = [other, delta]
      ;[deltaR, otherR] = [otherR, deltaR]
    }
  })
}

/** values ∘= φ'(z^{l+1}). */
function multiplySlope(dense: DenseNetwork, l: number, values: Pointer, count: number): void {
  const { activation, pre } = dense
  if (inSteps(activation)) applyDerivative({ ...dense, precision: 'f64' }, activation, count, pre[l], values)
  else mapUnits(dense, 'derivative', pre[l], values, count, true)
}

/**
 * The exact product H v of the Hessian of the mean loss with a direction of the weights, by Pearlmutter's R-operator
 * (Pearlmutter 1994): forward and backward pass are differentiated along v, in f64. Biases stay fixed.
 *
 * H is the Hessian with respect to all effective weights at the point M ∘ w_eff, pruned entries as if their mask were 1,
 * so that uᵀHv = vᵀHu for any u, v; mask v and the result for the Hessian over surviving weights alone. A kink of the
 * activation contributes nothing.
 *
 * @param vector per matrix `[out, in]` row-major, effective coordinates
 * @returns H v in the same shapes
 * @throws RangeError when the batch or the vector does not fit the network or the memory, or an option is out of range
 *
 * @example
 * import { createNetwork, createSpec, denseMask, hessianVectorProduct, matrixOf } from 'limn'
 *
 * // f = w · x / √2, loss ½ (f − y)²; with respect to effective weights the Hessian is x xᵀ.
 * const spec = createSpec({ sizes: [2, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(1, 1), mask: denseMask(1, 2) }])
 * const batch = { x: matrixOf([[1, 2]]), targets: matrixOf([[0]]) }
 * console.log(hessianVectorProduct(network, batch, [Float64Array.of(1, 1)], { loss: 'mse' })[0])
 * // Float64Array(2) [ 3, 6 ]
 */
export function hessianVectorProduct(
  network: Network,
  batch: Batch,
  vector: readonly Float64Array[],
  options: DerivativeOptions,
): Float64Array[] {
  checkBatch('hessianVectorProduct', network, batch, options.batchSize)
  const { layers } = network
  if (vector.length !== layers.length) {
    throw new NumbersError(`hessianVectorProduct: expected ${layers.length} arrays, got ${vector.length}`)
  }
  layers.forEach(({ weight }, l) => {
    if (vector[l].length === weight.length) return
    throw new NumbersError(
      `hessianVectorProduct: expected ${weight.length} entries in vector ${l}, got ${vector[l].length}`,
    )
  })
  const { kernels = defaultKernels() } = options
  return withScratch(kernels, (scratch) => {
    const dense = placeDense(kernels, scratch, network, partSize(batch, options))
    const directions = vector.map((v) => scratch.put(v))
    const result = roomLikeWeights(dense)
    denseHessianVector(dense, batch, directions, options, result)
    return readLikeWeights(dense, result)
  })
}

/** The gradient g of the mean loss and H (M ∘ g), per matrix, in effective coordinates. */
export interface GradientAndHessianGradient {
  readonly loss: number
  readonly gradient: Float64Array[]
  readonly hessianGradient: Float64Array[]
}

/** Reports the progress of the first or second of two passes over a batch. */
function half(options: DerivativeOptions, offset: 0 | 1): DerivativeOptions {
  const { onProgress } = options
  if (!onProgress) return options
  return { ...options, onProgress: (done, total) => onProgress(offset * total + done, 2 * total) }
}

/**
 * {@link gradientAndHessianGradient} in kernel memory, without checks: overwrites `gradient` with M ∘ g and `result` with
 * H (M ∘ g), whose tiles `finish` follows.
 *
 * @param onGradient called with g before the mask is put on it
 * @returns the mean loss
 */
export function denseHessianGradient(
  dense: DenseNetwork,
  batch: Batch,
  options: DerivativeOptions,
  gradient: readonly Pointer[],
  result: readonly Pointer[],
  { onGradient, finish }: { readonly onGradient?: () => void; readonly finish?: Finish } = {},
): number {
  const { kernels, network, open } = dense
  const loss = denseGradient(dense, batch, half(options, 0), gradient)
  onGradient?.()
  network.layers.forEach(({ weight }, l) => {
    if (open[l] !== 0) scaleOpen(kernels, weight.length, gradient[l], open[l], 1)
  })
  denseHessianVector(dense, batch, gradient, half(options, 1), result, finish)
  return loss
}

/**
 * The gradient of the mean loss and the Hessian applied to its surviving part M ∘ g, both over the whole batch, for all
 * entries as in {@link lossAndGradient} and {@link hessianVectorProduct}. Biases take no part.
 *
 * @throws RangeError when the batch is empty or does not fit the network or the memory, or an option is out of range
 *
 * @example
 * import { createNetwork, createSpec, denseMask, gradientAndHessianGradient, matrixOf } from 'limn'
 *
 * // f = w x, loss ½ (w x − y)²: gradient x (w x − y), Hessian x².
 * const spec = createSpec({ sizes: [1, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(1), mask: denseMask(1, 1) }])
 * const batch = { x: matrixOf([[2]]), targets: matrixOf([[1]]) }
 * const { gradient, hessianGradient } = gradientAndHessianGradient(network, batch, { loss: 'mse' })
 * console.log(gradient[0][0], hessianGradient[0][0]) // 2 8
 */
export function gradientAndHessianGradient(
  network: Network,
  batch: Batch,
  options: DerivativeOptions,
): GradientAndHessianGradient {
  checkBatch('gradientAndHessianGradient', network, batch, options.batchSize)
  const { kernels = defaultKernels() } = options
  return withScratch(kernels, (scratch) => {
    const dense = placeDense(kernels, scratch, network, partSize(batch, options))
    const [at, result] = [roomLikeWeights(dense), roomLikeWeights(dense)]
    let gradient: Float64Array[] = []
    const onGradient = () => void (gradient = readLikeWeights(dense, at))
    const loss = denseHessianGradient(dense, batch, options, at, result, { onGradient })
    return { loss, gradient, hessianGradient: readLikeWeights(dense, result) }
  })
}
