import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { createMask, type Mask } from '../network/mask.js'
import { biasScale, weightScale, type Network } from '../network/network.js'

// Synaptic flow (Tanaka et al. 2020) of a network with weights |w| and no activation: from a^0 = 1,
// a^l = |W^l| a^{l-1} + |b^l|; from δ^{L+1} = 1, δ^{l-1} = |W^l|ᵀ δ^l; R = 1ᵀ a^{L+1}; the score of a weight is
// |w_ij| ∂R/∂|w_ij| = |w_ij| (δ_i a_j).
//
// a and δ grow or shrink by a factor per layer, so each is kept as a mantissa vector times a power of two, and so are
// the weights. Powers of two do not round: scores are those of the plain recursion times one common power of two, bit
// for bit, as long as the numbers inside one layer do not span more than some 2^1000.

/** One matrix in kernel memory: compressed rows of the surviving |w| and the flow vectors at both sides. */
interface FlowMatrix {
  readonly rows: number
  readonly cols: number
  /** 1 when column indices need 32 bits. */
  readonly wide: 0 | 1
  readonly rowStart: Pointer
  readonly columns: Pointer
  readonly values: Pointer
  /** Stored values are |w| · 2^−exponent. */
  readonly exponent: number
  /** |b|, effective; undefined when there is none or all are 0. */
  readonly bias: Float64Array | undefined
  /** δ on the output side, mantissas. */
  readonly delta: Pointer
  /** δ times the power of two that makes scores of all matrices comparable. */
  readonly scaledDelta: Pointer
}

/** The flow's state. `input` and `oldInput` hold a^0 … a^{L+1} of this round and the one before. */
export interface Flow {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly matrices: readonly FlowMatrix[]
  readonly sizes: readonly number[]
  input: readonly Pointer[]
  oldInput: readonly Pointer[]
  /** Binary exponents of a^0 … a^{L+1}. */
  readonly exponents: number[]
  /** Where δ at the network's input goes; nobody reads it. */
  readonly inputDelta: Pointer
}

/** Which weights the next sweep drops: those that scored below `value`, and ties beyond `ties`. */
export interface Cut {
  readonly value: number
  ties: number
}

/** A cut that drops nothing. */
export function keepAll(): Cut {
  return { value: -1, ties: 0 }
}

/** Receives the scores of one or several matrices while the backward sweep computes them. */
export interface Collector {
  /** Scores in [low, high) are kept at `at`, as far as `capacity` reaches. */
  low: number
  high: number
  readonly at: Pointer
  readonly capacity: number
  /** u32[2]: how many scores lie in the range, and how many above it. */
  readonly counts: Pointer
}

/** Some e with value / 2^e near 1; −Infinity for 0. */
function binaryExponent(value: number): number {
  return Math.max(Math.floor(Math.log2(value)), value === 0 ? -Infinity : -1022)
}

function largestOf(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i]
  return largest
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor
}

/** Divides by a power of two that brings the largest value near 1; returns its exponent, 0 for zeros. */
function normalize(values: Float64Array): number {
  const exponent = binaryExponent(largestOf(values))
  if (exponent === -Infinity) return 0
  scale(values, 2 ** -exponent)
  return exponent
}

function columnView({ memory }: Kernels, wide: 0 | 1, at: Pointer, length: number): Uint32Array | Uint16Array {
  return wide ? new Uint32Array(memory.buffer, at, length) : new Uint16Array(memory.buffer, at, length)
}

function flowMatrix(network: Network, index: number, kernels: Kernels, scratch: Scratch): FlowMatrix {
  const { weight, mask, bias } = network.layers[index]
  const { rows, cols, data } = mask
  const wide = cols > 0x10000 ? 1 : 0
  const toEffective = weightScale(network.spec, index)
  let largest = 0
  for (let k = 0; k < data.length; k++) {
    if (data[k] === 0) continue
    const size = Math.abs(toEffective * weight[k])
    if (!(size < Infinity)) {
      const place = `layers.${index}, row ${Math.floor(k / cols)}, column ${k % cols}`
      throw new RangeError(`synflow: expected finite weights, got ${size} at ${place}`)
    }
    if (size > largest) largest = size
  }
  const exponent = largest > 0 ? binaryExponent(largest) : 0
  const factor = 2 ** -exponent
  const rowStart = scratch.alloc((rows + 1) * 4)
  const columns = scratch.alloc(mask.kept * (wide ? 4 : 2))
  const values = scratch.alloc(mask.kept * 8)
  const delta = scratch.alloc(rows * 8)
  const scaledDelta = scratch.alloc(rows * 8)
  const start = scratch.i32(rowStart, rows + 1)
  const column = columnView(kernels, wide, columns, mask.kept)
  const value = scratch.f64(values, mask.kept)
  let write = 0
  for (let i = 0; i < rows; i++) {
    start[i] = write
    for (let j = 0; j < cols; j++) {
      if (data[i * cols + j] === 0) continue
      column[write] = j
      value[write++] = Math.abs(toEffective * weight[i * cols + j]) * factor
    }
  }
  start[rows] = write
  const biasFactor = biasScale(network.spec)
  const absoluteBias =
    bias?.some((b) => b !== 0) && biasFactor > 0 ? bias.map((b) => Math.abs(biasFactor * b)) : undefined
  return { rows, cols, wide, rowStart, columns, values, exponent, bias: absoluteBias, delta, scaledDelta }
}

/**
 * The flow of a network, in scratch memory.
 *
 * @throws RangeError when a weight is not finite
 */
export function createFlow(network: Network, kernels: Kernels, scratch: Scratch): Flow {
  const { sizes } = network.spec
  const matrices = network.layers.map((_, i) => flowMatrix(network, i, kernels, scratch))
  const vectors = () => sizes.map((n) => scratch.alloc(n * 8))
  const [input, oldInput] = [vectors(), vectors()]
  const inputDelta = scratch.alloc(sizes[0] * 8)
  for (const set of [input, oldInput]) {
    set.forEach((at, l) => scratch.f64(at, sizes[l]).fill(0))
    scratch.f64(set[0], sizes[0]).fill(1)
  }
  for (const { rows, scaledDelta } of matrices) scratch.f64(scaledDelta, rows).fill(0)
  return { kernels, scratch, matrices, sizes, input, oldInput, exponents: sizes.map(() => 0), inputDelta }
}

/** a = 2^exponent z + |b|, normalised in place; returns its exponent. */
function addBias(z: Float64Array, exponent: number, bias: Float64Array | undefined): number {
  if (!bias) return exponent + normalize(z)
  const own = binaryExponent(largestOf(z))
  const common = Math.max(exponent + own, binaryExponent(largestOf(bias)))
  const zFactor = own === -Infinity ? 0 : 2 ** (exponent - common)
  const biasFactor = 2 ** -common
  for (let i = 0; i < z.length; i++) z[i] = z[i] * zFactor + bias[i] * biasFactor
  return common
}

/**
 * Drops what the cuts exclude, by the scores of the flow so far, and sends a new flow forward through what is left.
 *
 * @param cuts one per matrix; matrices that share a budget share the object, whose ties are used up in order
 * @returns R · 2^−e, with e the exponent of the last layer
 */
export function sendForward(flow: Flow, cuts: readonly Cut[]): number {
  const { kernels, scratch, matrices, exponents } = flow
  ;[flow.input, flow.oldInput] = [flow.oldInput, flow.input]
  const { input, oldInput } = flow
  for (const [l, m] of matrices.entries()) {
    const cut = cuts[l]
    cut.ties = kernels.call['synflowForward'](
      ...[m.wide, m.rows, m.rowStart, m.columns, m.values, oldInput[l], m.scaledDelta, cut.value, cut.ties],
      ...[input[l], input[l + 1]],
    )
    exponents[l + 1] = addBias(scratch.f64(input[l + 1], m.rows), exponents[l] + m.exponent, m.bias)
  }
  return scratch.f64(input.at(-1)!, flow.sizes.at(-1)!).reduce((sum, value) => sum + value, 0)
}

/**
 * Sends the flow backward from δ = 1 at the outputs and scores every surviving weight, in units of 2^e, e the exponent
 * of the last layer's flow.
 *
 * @param collectors one per matrix; several may share one
 * @throws RangeError when numbers inside one layer span too much
 */
export function sendBackward({ kernels, scratch, ...flow }: Flow, collectors: readonly Collector[]): void {
  const { matrices, exponents, input, sizes } = flow
  const last = matrices.length - 1
  const alive = scratch.f64(input[last + 1], sizes[last + 1]).some((value) => value > 0)
  scratch.f64(matrices[last].delta, sizes[last + 1]).fill(1)
  let deltaExponent = 0
  for (let l = last; l >= 0; l--) {
    const m = matrices[l]
    const c = collectors[l]
    const shift = m.exponent + exponents[l] + deltaExponent - exponents[last + 1]
    if (alive && !(shift < 1000)) {
      throw new RangeError(`synflow: the flow through layers.${l} spans more than 2^1000; rescale its weights`)
    }
    const scaled = scratch.f64(m.scaledDelta, m.rows)
    scaled.set(scratch.f64(m.delta, m.rows))
    scale(scaled, alive ? 2 ** shift : 0)
    const back = l > 0 ? matrices[l - 1].delta : flow.inputDelta
    kernels.call['synflowBackward'](
      ...[m.wide, m.rows, m.cols, m.rowStart, m.columns, m.values, input[l], m.delta, m.scaledDelta, back],
      ...[c.low, c.high, c.at, c.capacity, c.counts],
    )
    deltaExponent += m.exponent + normalize(scratch.f64(back, m.cols))
  }
}

/** Adds the scores of matrix `index` to a histogram u32[65536] of their upper 16 bits. */
export function countScores({ kernels, matrices, input }: Flow, index: number, histogram: Pointer): void {
  const m = matrices[index]
  kernels.call['synflowHistogram'](
    ...[m.wide, m.rows, m.rowStart, m.columns, m.values, input[index], m.scaledDelta, histogram],
  )
}

/** Appends the scores of matrix `index` that fall in one bin of that histogram; returns the address after the last. */
export function gatherScores({ kernels, matrices, input }: Flow, index: number, bin: number, at: Pointer): Pointer {
  const m = matrices[index]
  const end = kernels.call['synflowGather'](
    ...[m.wide, m.rows, m.rowStart, m.columns, m.values, input[index], m.scaledDelta, bin, at],
  )
  // WebAssembly returns addresses as signed numbers.
  return end >>> 0
}

/** Calls `visit` with the position of every surviving weight: row-major index in the matrix, row, column, stored index. */
function forEachSurvivor(
  { kernels, scratch }: Flow,
  { rows, cols, wide, rowStart, columns }: FlowMatrix,
  visit: (at: number, row: number, column: number, stored: number) => void,
): void {
  const start = scratch.i32(rowStart, rows + 1)
  const column = columnView(kernels, wide, columns, start[rows])
  for (let i = 0; i < rows; i++)
    for (let p = start[i]; p < start[i + 1]; p++) visit(i * cols + column[p], i, column[p], p)
}

/** Scores of the last backward sweep, dense. */
export function denseScores(flow: Flow): Matrix[] {
  return flow.matrices.map((m, l) => {
    const scores = matrix(m.rows, m.cols)
    const values = flow.scratch.f64(m.values, flow.scratch.i32(m.rowStart, m.rows + 1)[m.rows])
    const delta = flow.scratch.f64(m.scaledDelta, m.rows)
    const a = flow.scratch.f64(flow.input[l], m.cols)
    forEachSurvivor(flow, m, (at, i, j, p) => (scores.data[at] = values[p] * (delta[i] * a[j])))
    return scores
  })
}

/** The masks of what is left. */
export function survivingMasks(flow: Flow): Mask[] {
  return flow.matrices.map((m) => {
    const data = new Uint8Array(m.rows * m.cols)
    forEachSurvivor(flow, m, (at) => (data[at] = 1))
    return createMask(m.rows, m.cols, data)
  })
}
