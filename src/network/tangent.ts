import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { blockCount, range, type Precision } from './blocks.js'
import type { Network } from './network.js'
import {
  applySlope,
  clearGradient,
  placeNetwork,
  placeSamples,
  readOutputs,
  runBackward,
  runForward,
  type PlacedGradient,
  type PlacedNetwork,
} from './passes.js'
import { arrange, createWorkplace, kernelOf, multiply, placeValues, zeros, type SparseValues } from './sparse.js'

/** A direction in the space of the stored surviving parameters; it can also receive a gradient. */
export interface Direction {
  readonly weights: SparseValues
  readonly bias: Pointer | undefined
}

/** A network at fixed parameters with its forward pass on N samples, ready for products with its Jacobian J. */
export interface TangentPlane {
  readonly placed: PlacedNetwork
  readonly samples: number
}

/** Places a network and runs it on all of x. Memory grows with the number of samples. */
export function placeTangentPlane(
  kernels: Kernels,
  scratch: Scratch,
  precision: Precision,
  network: Network,
  x: Matrix,
): TangentPlane {
  const place = createWorkplace(kernels, scratch, precision, network.spec.sizes, blockCount(precision, x.rows))
  const placed = placeNetwork(place, network)
  runForward(placed, placeSamples(placed, x, range(x.rows)))
  return { placed, samples: x.rows }
}

/** A direction of zeros. */
export function placeDirection({ placed: { place, layers } }: TangentPlane): Direction[] {
  return layers.map(({ pattern, bias }) => ({
    weights: placeValues(place, pattern),
    bias: bias === undefined ? undefined : zeros(place, pattern.rows),
  }))
}

/** J · direction: how the outputs `[N, C]` move to first order. */
export function jacobianVector({ placed, samples }: TangentPlane, direction: readonly Direction[]): Matrix {
  const { place, layers, post, back } = placed
  const blocks = blockCount(place.precision, samples)
  let [moved, next] = back
  layers.forEach(({ pattern, weights, scale, biasScale }, l) => {
    const { weights: along, bias } = direction[l]
    if (pattern.dense) arrange(place, pattern, along)
    multiply(place, pattern, along, { blocks, x: post[l], out: next, scale })
    if (bias !== undefined) kernelOf(place, 'addBias')(blocks, pattern.rows, bias, next, biasScale)
    if (l > 0) multiply(place, pattern, weights, { blocks, x: moved, out: next, scale, accumulate: true })
    if (l + 1 < layers.length) applySlope(placed, l, blocks, next)
    ;[moved, next] = [next, moved]
  })
  return readOutputs(placed, moved, samples)
}

/** Jᵀ · v for v `[N, C]`, written into `direction`. */
export function vectorJacobian({ placed }: TangentPlane, v: Matrix, direction: readonly Direction[]): void {
  const gradient = direction.map(({ weights, bias }): PlacedGradient => ({ weights: weights.at, bias }))
  clearGradient(placed, gradient)
  runBackward(placed, v, gradient)
}
