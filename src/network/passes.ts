import type { Pointer } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { applyDerivative, applyValue, placeActivation, type PlacedActivation } from './activation-kernels.js'
import { blockCount, blockSamples, elementBytes, packBlocks, runBytes, unpackBlocks } from './blocks.js'
import { biasScale, weightScale, type Network } from './network.js'
import {
  addSampledProduct,
  arrange,
  kernelOf,
  multiply,
  multiplyTransposed,
  placeMask,
  placeValues,
  viewOf,
  zeros,
  type SparseMatrix,
  type SparseValues,
  type Workplace,
} from './sparse.js'

/** One layer's surviving stored parameters in kernel memory. */
export interface PlacedLayer {
  readonly pattern: SparseMatrix
  readonly weights: SparseValues
  readonly scale: number
  readonly bias: Pointer | undefined
  readonly biasScale: number
}

/** A network in kernel memory, with room for the intermediate values of `place.blocks` blocks of samples. */
export interface PlacedNetwork {
  readonly place: Workplace
  readonly sizes: readonly number[]
  readonly activation: PlacedActivation
  readonly layers: readonly PlacedLayer[]
  /** `post[l]` = a^l for l = 0 … L, blocked; `post[0]` holds the samples */
  readonly post: readonly Pointer[]
  /** `pre[l]` = z^{l+1}, blocked */
  readonly pre: readonly Pointer[]
  /** Two buffers as wide as the widest layer, for errors on their way back */
  readonly back: readonly [Pointer, Pointer]
  /** Room for one whole matrix, for gradients of dense layers */
  readonly full: Pointer
}

/** Copies a network into kernel memory. */
export function placeNetwork(place: Workplace, network: Network): PlacedNetwork {
  const { spec } = network
  const { sizes } = spec
  const layers = network.layers.map(({ mask, weight, bias }, l): PlacedLayer => {
    const pattern = placeMask(place, mask)
    const weights = placeValues(place, pattern, weight)
    arrange(place, pattern, weights)
    let placed: Pointer | undefined
    if (bias) {
      placed = zeros(place, bias.length)
      viewOf(place, placed, bias.length).set(bias)
    }
    return { pattern, weights, scale: weightScale(spec, l), bias: placed, biasScale: biasScale(spec) }
  })
  const wide = layers.filter(({ pattern }) => pattern.dense).map(({ pattern: { rows, cols } }) => rows * cols)
  const blocked = (features: number) => place.scratch.alloc(features * place.blocks * runBytes)
  return {
    place,
    sizes,
    activation: placeActivation(place.scratch, spec.activation),
    layers,
    post: sizes.slice(0, -1).map(blocked),
    pre: sizes.slice(1).map(blocked),
    back: [blocked(Math.max(...sizes)), blocked(Math.max(...sizes))],
    full: place.scratch.alloc(Math.max(0, ...wide) * elementBytes[place.precision]),
  }
}

/** e ∘= φ'(z^{l+1}) for the hidden layer behind matrix l. */
export function applySlope(
  { place, activation, sizes, pre }: PlacedNetwork,
  l: number,
  blocks: number,
  e: Pointer,
): void {
  applyDerivative(place, activation, sizes[l + 1] * blocks * blockSamples(place.precision), pre[l], e)
}

/** Writes samples into `post[0]`; returns the number of blocks they take. */
export function placeSamples(placed: PlacedNetwork, x: Matrix, rows: ArrayLike<number>): number {
  const { place, post } = placed
  const blocks = blockCount(place.precision, rows.length)
  const samples = blockSamples(place.precision)
  packBlocks(x, rows, viewOf(place, post[0], blocks * samples * x.cols), samples)
  return blocks
}

/** Computes all z^l and a^l from `post[0]`. */
export function runForward(placed: PlacedNetwork, blocks: number): void {
  const { place, layers, post, pre } = placed
  layers.forEach(({ pattern, weights, scale, bias, biasScale }, l) => {
    multiply(place, pattern, weights, { blocks, x: post[l], out: pre[l], scale })
    if (bias !== undefined) kernelOf(place, 'addBias')(blocks, pattern.rows, bias, pre[l], biasScale)
    if (l + 1 < layers.length) {
      const count = pattern.rows * blocks * blockSamples(place.precision)
      applyValue(place, placed.activation, count, pre[l], post[l + 1])
    }
  })
}

/** The blocked array's first `rows` samples of the network's C outputs, as `[rows, C]` in f64. */
export function readOutputs(placed: PlacedNetwork, at: Pointer, rows: number): Matrix {
  const { place, sizes } = placed
  const classes = sizes.at(-1)!
  const samples = blockSamples(place.precision)
  const length = blockCount(place.precision, rows) * samples * classes
  return unpackBlocks(viewOf(place, at, length), rows, classes, samples)
}

/** Gradients of stored parameters, in the layout of {@link PlacedLayer}. */
export interface PlacedGradient {
  /** One value per survivor */
  readonly weights: Pointer
  /** Present where the layer has a bias */
  readonly bias: Pointer | undefined
}

/** Room for a gradient, zeroed. */
export function placeGradient({ place, layers }: PlacedNetwork): PlacedGradient[] {
  return layers.map(({ pattern, bias }) => ({
    weights: zeros(place, pattern.kept),
    bias: bias === undefined ? undefined : zeros(place, pattern.rows),
  }))
}

export function clearGradient({ place, layers }: PlacedNetwork, gradient: readonly PlacedGradient[]): void {
  gradient.forEach(({ weights, bias }, l) => {
    viewOf(place, weights, layers[l].pattern.kept).fill(0)
    if (bias !== undefined) viewOf(place, bias, layers[l].pattern.rows).fill(0)
  })
}

/**
 * Back-propagates `outputGradient` (∂loss/∂f, one row per sample of the last {@link runForward}) and adds the gradient
 * of the stored parameters. Pruned weights have none and get none.
 */
export function runBackward(placed: PlacedNetwork, outputGradient: Matrix, gradient: readonly PlacedGradient[]): void {
  const { place, layers, post, back, full } = placed
  const samples = blockSamples(place.precision)
  const blocks = blockCount(place.precision, outputGradient.rows)
  const rows = Int32Array.from({ length: outputGradient.rows }, (_, i) => i)
  let [delta, other] = back
  packBlocks(outputGradient, rows, viewOf(place, delta, blocks * samples * outputGradient.cols), samples)
  for (let l = layers.length - 1; l >= 0; l--) {
    const { pattern, weights, scale, biasScale } = layers[l]
    const { bias, weights: into } = gradient[l]
    addSampledProduct(place, pattern, { blocks, delta, x: post[l], gradient: into, scale, full })
    if (bias !== undefined) kernelOf(place, 'biasGradient')(blocks, pattern.rows, delta, bias, biasScale)
    if (l === 0) break
    multiplyTransposed(place, pattern, weights, { blocks, x: delta, out: other, scale })
    applySlope(placed, l - 1, blocks, other)
    ;[delta, other] = [other, delta]
  }
}
