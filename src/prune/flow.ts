import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { parallel, threadsOf } from '../linalg/team.js'
import type { Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { binaryExponent, placeFlowMatrix, type FlowBlock, type FlowMatrix } from './flow-matrix.js'
import type { NumbersOf } from '../linalg/steps.js'
import { NumbersError } from '../numbers-error.js'

// Synaptic flow (Tanaka et al. 2020) of a network with weights |w| and no activation: from a^0 = 1,
// a^l = |W^l| a^{l-1} + |b^l|; from δ^{L+1} = 1, δ^{l-1} = |W^l|ᵀ δ^l; R = 1ᵀ a^{L+1}; the score of a weight is
// |w_ij| ∂R/∂|w_ij| = |w_ij| (δ_i a_j).
//
// a and δ grow or shrink by a factor per layer, so each is kept as a mantissa vector times a power of two, and so are
// the weights. Powers of two do not round: scores are those of the plain recursion times one common power of two, bit
// for bit, as long as the numbers inside one layer do not span more than some 2^1000.
//
// Matrices are cut into blocks of rows, which threads take one by one. δ sums over the rows of each block and then over
// blocks, both in order, so that the bits depend on the size of a block but not on the number of threads.

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
  /** Room for a δ per block of any matrix */
  readonly partialDelta: Pointer
}

/** Which weights the next sweep drops: those that scored below `value`, and of those `equals` that did so exactly all beyond `ties`. */
export interface Cut {
  readonly value: number
  ties: number
  readonly equals: number
}

/** A cut that drops nothing. */
export function keepAll(): Cut {
  return { value: -1, ties: 0, equals: 0 }
}

/** Receives the scores of one or several matrices while the backward sweep computes them. */
export interface Collector {
  /** Scores in [low, high) are kept, by each thread in its own share of `at`, as far as `capacity` reaches. */
  low: number
  high: number
  readonly at: Pointer
  /** Scores in the share of one thread */
  readonly capacity: number
  /** u32[2] every 64 bytes, one per thread: how many scores lie in the range, and how many above it. */
  readonly counts: Pointer
}

/** Bytes between the counts of two threads, so that they do not write to the same cache line. */
export const countsStride = 64

/** A collector for any number of threads, aimed at nothing. */
export function createCollector(kernels: Kernels, scratch: Scratch, capacity: number): Collector {
  const threads = threadsOf(kernels)
  const at = scratch.alloc(threads * capacity * 8)
  return { low: NaN, high: NaN, at, capacity, counts: scratch.alloc(threads * countsStride) }
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

/**
 * The flow of a network, in scratch memory.
 *
 * @throws RangeError when a weight is not finite
 */
export function createFlow(network: Network, kernels: Kernels, scratch: Scratch): Flow {
  const { sizes } = network.spec
  const matrices = network.layers.map((_, i) => placeFlowMatrix(network, i, kernels, scratch))
  const vectors = () => sizes.map((n) => scratch.alloc(n * 8))
  const [input, oldInput] = [vectors(), vectors()]
  const inputDelta = scratch.alloc(sizes[0] * 8)
  for (const set of [input, oldInput]) {
    set.forEach((at, l) => scratch.f64(at, sizes[l]).fill(0))
    scratch.f64(set[0], sizes[0]).fill(1)
  }
  for (const { rows, scaledDelta } of matrices) scratch.f64(scaledDelta, rows).fill(0)
  const partialDelta = scratch.alloc(Math.max(...matrices.map(({ blocks, cols }) => blocks.length * cols)) * 8)
  const exponents = sizes.map(() => 0)
  return { kernels, scratch, matrices, sizes, input, oldInput, exponents, inputDelta, partialDelta }
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
    // Blocks share nothing as long as all ties go the same way.
    const together = cut.ties === 0 || cut.ties === cut.equals
    const task = ({ first, rows, rowStart, columns, values }: FlowBlock): NumbersOf<'synflowForward'> => {
      const ties = together && cut.ties > 0 ? -1 : cut.ties
      const [oldOutput, output] = [m.scaledDelta + first * 8, input[l + 1] + first * 8]
      return [m.wide, rows, rowStart, columns, values, oldInput[l], oldOutput, cut.value, ties, input[l], output]
    }
    if (together) parallel(kernels, 'synflowForward', m.blocks.map(task))
    else for (const block of m.blocks) cut.ties = kernels.call.synflowForward(...task(block))
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
  const { matrices, exponents, input, sizes, partialDelta } = flow
  const last = matrices.length - 1
  const alive = scratch.f64(input[last + 1], sizes[last + 1]).some((value) => value > 0)
  scratch.f64(matrices[last].delta, sizes[last + 1]).fill(1)
  let deltaExponent = 0
  for (let l = last; l >= 0; l--) {
    const m = matrices[l]
    const c = collectors[l]
    const shift = m.exponent + exponents[l] + deltaExponent - exponents[last + 1]
    if (alive && !(shift < 1000)) {
      throw new NumbersError(`synflow: the flow through layers.${l} spans more than 2^1000; rescale its weights`)
    }
    const scaled = scratch.f64(m.scaledDelta, m.rows)
    scaled.set(scratch.f64(m.delta, m.rows))
    scale(scaled, alive ? 2 ** shift : 0)
    const back = l > 0 ? matrices[l - 1].delta : flow.inputDelta
    const tasks = m.blocks.map(({ first, rows, rowStart, columns, values }, b): NumbersOf<'synflowBackward'> => {
      const matrix = [m.wide, rows, m.cols, rowStart, columns, values] as const
      const outputs = [m.delta + first * 8, m.scaledDelta + first * 8] as const
      const collector = [c.low, c.high, c.at, c.capacity, c.counts] as const
      return [...matrix, input[l], ...outputs, partialDelta + b * m.cols * 8, ...collector]
    })
    const own = [
      { argument: 12, stride: c.capacity * 8 },
      { argument: 14, stride: countsStride },
    ]
    parallel(kernels, 'synflowBackward', tasks, { perThread: own })
    kernels.call.sumVectors(tasks.length, m.cols, partialDelta, back)
    deltaExponent += m.exponent + normalize(scratch.f64(back, m.cols))
  }
}

/** Arguments of the kernels that compute the scores of matrix `index` again, a row per block, without what is done with them. */
function scoringTasks({ matrices, input }: Flow, index: number) {
  const m = matrices[index]
  return m.blocks.map(({ first, rows, rowStart, columns, values }) => {
    return [m.wide, rows, rowStart, columns, values, input[index], m.scaledDelta + first * 8] as const
  })
}

/** Adds the scores of matrix `index` to histograms u32[65536] of their upper 16 bits, one per thread, `stride` bytes apart. */
export function countScores(flow: Flow, index: number, histogram: Pointer, stride: number): void {
  const perThread = [{ argument: 7, stride }]
  const tasks = scoringTasks(flow, index).map((task) => [...task, histogram] as const)
  parallel(flow.kernels, 'synflowHistogram', tasks, { perThread })
}

/** Appends the scores of matrix `index` that fall in one bin of that histogram where the thread's cursor (u32) is. */
export function gatherScores(flow: Flow, index: number, bin: number, cursors: Pointer, stride: number): void {
  const perThread = [{ argument: 8, stride }]
  const tasks = scoringTasks(flow, index).map((task) => [...task, bin, cursors] as const)
  parallel(flow.kernels, 'synflowGather', tasks, { perThread })
}

/** Calls `visit` with every surviving weight: row-major index in the matrix, row, column, |w| as stored. */
function forEachSurvivor(
  { kernels, scratch }: Flow,
  { cols, wide, blocks }: FlowMatrix,
  visit: (at: number, row: number, column: number, value: number) => void,
): void {
  for (const { first, rows, rowStart, columns, values } of blocks) {
    const start = scratch.i32(rowStart, rows + 1)
    const column = columnView(kernels, wide, columns, start[rows])
    const value = scratch.f64(values, start[rows])
    for (let i = 0; i < rows; i++)
      for (let p = start[i]; p < start[i + 1]; p++)
        visit((first + i) * cols + column[p], first + i, column[p], value[p])
  }
}

/** Scores of the last backward sweep, dense. */
export function denseScores(flow: Flow): Matrix[] {
  return flow.matrices.map((m, l) => {
    const scores = matrix(m.rows, m.cols)
    const delta = flow.scratch.f64(m.scaledDelta, m.rows)
    const a = flow.scratch.f64(flow.input[l], m.cols)
    forEachSurvivor(flow, m, (at, i, j, value) => (scores.data[at] = value * (delta[i] * a[j])))
    return scores
  })
}

/** The masks of what is left. */
export function survivingMasks(flow: Flow): Mask[] {
  return flow.matrices.map((m) => {
    const { rows, cols } = m
    const data = new Uint8Array(rows * cols)
    let kept = 0
    forEachSurvivor(flow, m, (at) => {
      data[at] = 1
      kept++
    })
    return { rows, cols, data, kept }
  })
}
