import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Operand } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { step, type Step } from '../linalg/steps.js'
import type { DerivativeOrder } from './activation.js'
import {
  derivativeStep,
  inSteps,
  mapValues,
  placeActivation,
  valueStep,
  type PlacedActivation,
} from './activation-kernels.js'
import { productWorkspace, scaleOpen, tiledProduct, type Tile } from './dense-product.js'
import { biasScale, weightScale, type Network } from './network.js'

/**
 * A network in kernel memory for derivatives with respect to all its weights, in f64, with room for the intermediate
 * values of `capacity` samples. Values of a layer are kept as `[units, samples]`, the samples themselves as given.
 *
 * Bytes: 8 per weight, one more per weight of a pruned matrix, and 8 · capacity per unit for each array of values.
 */
export interface DenseNetwork {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly network: Network
  readonly activation: PlacedActivation
  /** M ∘ w_eff, `[out, in]` */
  readonly weights: readonly Pointer[]
  /** A byte per weight, its mask; 0 where nothing is pruned */
  readonly open: readonly Pointer[]
  /** Effective biases */
  readonly bias: readonly (Pointer | undefined)[]
  /** `pre[l]` = z^{l+1} */
  readonly pre: readonly Pointer[]
  /** `post[l]` = a^l; `post[0]` holds the samples `[N, d]` */
  readonly post: readonly Pointer[]
  /** Two arrays as large as the widest layer's, for errors on their way back */
  readonly back: readonly [Pointer, Pointer]
  readonly work: Pointer
}

/** Room for a value per unit and sample; kernels work on pairs, so there is one more. */
export function roomFor(scratch: Scratch, units: number, samples: number): Pointer {
  return scratch.alloc((units * samples + 1) * 8)
}

/** Copies the stored weights of every matrix; the threads turn them into effective ones. */
export function placeWeights(
  kernels: Kernels,
  scratch: Scratch,
  network: Network,
): Pick<DenseNetwork, 'weights' | 'open'> {
  const open = network.layers.map(({ mask }) => (mask.kept === mask.data.length ? 0 : scratch.put(mask.data)))
  const weights = network.layers.map(({ weight }, l) => {
    const at = scratch.put(weight)
    const scale = weightScale(network.spec, l)
    if (scale !== 1 || open[l] !== 0) scaleOpen(kernels, weight.length, at, open[l], scale)
    return at
  })
  return { weights, open }
}

/** Copies a network into kernel memory. */
export function placeDense(kernels: Kernels, scratch: Scratch, network: Network, capacity: number): DenseNetwork {
  const { sizes } = network.spec
  const scale = biasScale(network.spec)
  const values = (units: number) => roomFor(scratch, units, capacity)
  return {
    kernels,
    scratch,
    network,
    activation: placeActivation(scratch, network.spec.activation),
    ...placeWeights(kernels, scratch, network),
    bias: network.layers.map(({ bias }) => bias && scratch.put(bias.map((b) => scale * b))),
    pre: sizes.slice(1).map(values),
    post: sizes.slice(0, -1).map(values),
    back: [values(Math.max(...sizes)), values(Math.max(...sizes))],
    work: scratch.alloc(productWorkspace(kernels)),
  }
}

/** Values `[units, samples]` as an operand. */
export function unitsBySamples(at: Pointer, samples: number): Operand {
  return { at, rowStride: samples, colStride: 1 }
}

export function transposed({ at, rowStride, colStride }: Operand): Operand {
  return { at, rowStride: colStride, colStride: rowStride }
}

/** a^l as an operand `[units, samples]`. */
export function layerInput({ network, post }: DenseNetwork, l: number, samples: number): Operand {
  if (l > 0) return unitsBySamples(post[l], samples)
  return { at: post[0], rowStride: 1, colStride: network.spec.sizes[0] }
}

/** Values at `at` become, or are multiplied by, φ or one of its derivatives at z; for activations without a kernel. */
export function mapUnits(
  { network, scratch }: DenseNetwork,
  order: DerivativeOrder,
  z: Pointer,
  at: Pointer,
  count: number,
  multiply: boolean,
): void {
  mapValues(network.spec.activation, order, scratch.f64(z, count), scratch.f64(at, count), multiply)
}

/** out = W^{l+1} · `input` (+ out), then `then`. `weights` may be any matrices in the shape of the network's. */
export function multiplyUnits(
  dense: DenseNetwork,
  weights: readonly Pointer[],
  l: number,
  input: Operand,
  samples: number,
  out: Pointer,
  options: { readonly accumulate?: boolean; readonly then?: (tile: Tile) => readonly Step[] } = {},
): void {
  const { rows, cols } = dense.network.layers[l].mask
  const a = unitsBySamples(weights[l], cols)
  tiledProduct(dense.kernels, { shape: [rows, samples, cols], a, b: input, c: out, ...options }, dense.work)
}

/** z^l and a^l of all layers for samples x; returns the outputs `[N, C]`. */
export function denseForward(dense: DenseNetwork, x: Matrix): Matrix {
  const { scratch, network, activation, weights, bias, pre, post } = dense
  const { sizes } = network.spec
  const samples = x.rows
  const last = weights.length - 1
  scratch.f64(post[0], x.data.length).set(x.data)
  for (let l = 0; l <= last; l++) {
    const then = ({ rows, cols, count, at, rowAt }: Tile): Step[] => {
      const steps: Step[] = []
      const b = bias[l]
      if (b !== undefined) steps.push(step('addRowBiasF64', rows, cols, rowAt(b), at(pre[l])))
      const activate = l < last ? valueStep(activation, count, at(pre[l]), at(post[l + 1])) : undefined
      return activate ? [...steps, activate] : steps
    }
    multiplyUnits(dense, weights, l, layerInput(dense, l, samples), samples, pre[l], { then })
    if (l < last && !inSteps(activation)) mapUnits(dense, 'value', pre[l], post[l + 1], sizes[l + 1] * samples, false)
  }
  return samplesByUnits(dense, pre[last], sizes[last + 1], samples)
}

/** Values `[units, samples]` as a matrix `[samples, units]`. */
export function samplesByUnits({ scratch }: DenseNetwork, at: Pointer, units: number, samples: number): Matrix {
  const values = scratch.f64(at, units * samples)
  const result = matrix(samples, units)
  for (let i = 0; i < samples; i++) for (let c = 0; c < units; c++) result.data[i * units + c] = values[c * samples + i]
  return result
}

/** Writes a matrix `[samples, units]` as values `[units, samples]`. */
export function placeUnits({ scratch }: DenseNetwork, { rows, cols, data }: Matrix, at: Pointer): void {
  const values = scratch.f64(at, rows * cols)
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) values[c * rows + i] = data[i * cols + c]
}

/** values ∘= φ'(z^{l+1}) as a step on tiles of whole rows; nothing where the activation has no kernel for it. */
export function slopeSteps({ activation, pre }: DenseNetwork, l: number, values: Pointer, { count, at }: Tile): Step[] {
  const multiply = derivativeStep(activation, count, at(pre[l]), at(values))
  return multiply ? [multiply] : []
}

/** out = Wᵀ δ (+ out) for matrix l > 0, then, with `slope`, ∘ φ'(z^l). `weights` as for {@link multiplyUnits}. */
export function multiplyBack(
  dense: DenseNetwork,
  weights: readonly Pointer[],
  l: number,
  delta: Pointer,
  samples: number,
  out: Pointer,
  { accumulate = false, slope = false } = {},
): void {
  const { kernels, network, activation, pre, work } = dense
  const { rows, cols } = network.layers[l].mask
  const a = transposed(unitsBySamples(weights[l], cols))
  const then = (tile: Tile) => (slope ? slopeSteps(dense, l - 1, out, tile) : [])
  const shape = [cols, samples, rows] as const
  tiledProduct(kernels, { shape, a, b: unitsBySamples(delta, samples), c: out, accumulate, then }, work)
  if (slope && !inSteps(activation)) mapUnits(dense, 'derivative', pre[l - 1], out, cols * samples, true)
}

/** What follows on a tile of the last contribution to a matrix of derivatives. */
export type Finish = (l: number, tile: Tile) => readonly Step[]

/** Columns of a tile of derivatives: with its rows, what stays in the cache for the steps that follow. */
const derivativeColumns = 256

/** into `[out, in]` (+)= δ aᵀ over samples, a = `input` `[in, samples]`. */
export function addOuter(
  dense: DenseNetwork,
  l: number,
  delta: Pointer,
  input: Operand,
  samples: number,
  into: Pointer,
  { accumulate, finish }: { readonly accumulate: boolean; readonly finish?: Finish | undefined },
): void {
  const { rows, cols } = dense.network.layers[l].mask
  const shape = [rows, cols, samples] as const
  const a = unitsBySamples(delta, samples)
  const then = (tile: Tile) => finish?.(l, tile) ?? []
  const product = { shape, a, b: transposed(input), c: into, accumulate, columns: derivativeColumns, then }
  tiledProduct(dense.kernels, product, dense.work)
}
