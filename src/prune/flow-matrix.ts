import { withScratch, type Kernels, type Pointer, type Scratch } from '../linalg/kernels.js'
import { parallel } from '../linalg/team.js'
import { chunksOf } from '../network/dense-product.js'
import type { Mask } from '../network/mask.js'
import { biasScale, weightScale, type Network } from '../network/network.js'
import type { NumbersOf } from '../linalg/steps.js'
import { NumbersError } from '../numbers-error.js'

/** Rows of a block. */
const blockRows = 128

/** Consecutive rows of a matrix in kernel memory, compressed: what survives of them moves together. */
export interface FlowBlock {
  readonly first: number
  readonly rows: number
  /** i32[rows + 1], from 0 */
  readonly rowStart: Pointer
  readonly columns: Pointer
  readonly values: Pointer
}

/** One matrix in kernel memory: blocks of the surviving |w| and the flow vectors at its output side. */
export interface FlowMatrix {
  readonly rows: number
  readonly cols: number
  /** 1 when column indices need 32 bits. */
  readonly wide: 0 | 1
  readonly blocks: readonly FlowBlock[]
  /** Stored values are |w| · 2^−exponent. */
  readonly exponent: number
  /** |b|, effective; undefined when there is none or all are 0. */
  readonly bias: Float64Array | undefined
  /** δ on the output side, mantissas. */
  readonly delta: Pointer
  /** δ times the power of two that makes scores of all matrices comparable. */
  readonly scaledDelta: Pointer
}

/** Some e with value / 2^e near 1; −Infinity for 0. */
export function binaryExponent(value: number): number {
  return Math.max(Math.floor(Math.log2(value)), value === 0 ? -Infinity : -1022)
}

/** Rows of a mask in blocks, with the number of weights that each has to hold. */
function shareRows({ rows, cols, data, kept }: Mask): { first: number; rows: number; kept: number }[] {
  return Array.from({ length: Math.ceil(rows / blockRows) }, (_, b) => {
    const first = b * blockRows
    const count = Math.min(blockRows, rows - first)
    if (kept === data.length) return { first, rows: count, kept: count * cols }
    let sum = 0
    for (let k = first * cols; k < (first + count) * cols; k++) sum += data[k]
    return { first, rows: count, kept: sum }
  })
}

/** Largest effective |w| of the weights of matrix `index`, which lie at `weights` with their mask at `open`. */
function largestWeight(network: Network, index: number, kernels: Kernels, weights: Pointer, open: Pointer): number {
  const { weight, mask } = network.layers[index]
  const scale = weightScale(network.spec, index)
  return withScratch(kernels, (scratch) => {
    const chunks = chunksOf(weight.length)
    const out = scratch.alloc(chunks.length * 16)
    const task = ([first, count]: [number, number], i: number): NumbersOf<'synflowLargest'> => {
      return [count, weights + first * 8, open && open + first, scale, out + i * 16]
    }
    parallel(kernels, 'synflowLargest', chunks.map(task))
    const found = scratch.f64(out, 2 * chunks.length)
    if (found.some((value) => !Number.isFinite(value))) {
      const at = weight.findIndex((w, k) => mask.data[k] === 1 && !Number.isFinite(scale * w))
      const place = `layers.${index}, row ${Math.floor(at / mask.cols)}, column ${at % mask.cols}`
      throw new NumbersError(`synflow: expected finite weights, got ${Math.abs(scale * weight[at])} at ${place}`)
    }
    return found.reduce((most, value) => Math.max(most, value), 0)
  })
}

/**
 * Compresses matrix `index` of a network. Besides what it keeps, memory for the whole matrix is needed for the moment.
 *
 * @throws RangeError when a weight is not finite
 */
export function placeFlowMatrix(network: Network, index: number, kernels: Kernels, scratch: Scratch): FlowMatrix {
  const { weight, mask, bias } = network.layers[index]
  const { rows, cols } = mask
  const wide = cols > 0x10000 ? 1 : 0
  const scale = weightScale(network.spec, index)
  const blocks = shareRows(mask).map((share): FlowBlock => {
    const rowStart = scratch.alloc((share.rows + 1) * 4)
    const [columns, values] = [scratch.alloc(share.kept * (wide ? 4 : 2)), scratch.alloc(share.kept * 8)]
    return { first: share.first, rows: share.rows, rowStart, columns, values }
  })
  const delta = scratch.alloc(rows * 8)
  const scaledDelta = scratch.alloc(rows * 8)
  const exponent = withScratch(kernels, (whole) => {
    const weights = whole.put(weight)
    const open = mask.kept === weight.length ? 0 : whole.put(mask.data)
    const largest = largestWeight(network, index, kernels, weights, open)
    const exponent = largest > 0 ? binaryExponent(largest) : 0
    const task = ({ first, rows, rowStart, columns, values }: FlowBlock): NumbersOf<'synflowPlace'> => {
      const from = [weights + first * cols * 8, open && open + first * cols] as const
      return [wide, rows, cols, ...from, scale, 2 ** -exponent, rowStart, columns, values]
    }
    parallel(kernels, 'synflowPlace', blocks.map(task))
    return exponent
  })
  const biasFactor = biasScale(network.spec)
  const absoluteBias =
    bias?.some((b) => b !== 0) && biasFactor > 0 ? bias.map((b) => Math.abs(biasFactor * b)) : undefined
  return { rows, cols, wide, blocks, exponent, bias: absoluteBias, delta, scaledDelta }
}
