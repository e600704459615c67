import type { KernelExports, Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { gemm, operand } from '../linalg/matmul.js'
import { parallel } from '../linalg/team.js'
import { elementBytes, runBytes, type Precision, type PrecisionArray } from './blocks.js'
import type { Mask } from './mask.js'
import type { KernelName, NumbersOf } from '../linalg/steps.js'

/** Where a computation in kernel memory takes place: kernels, memory, element type, and the buffers that dense products need. */
export interface Workplace {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly precision: Precision
  /** Samples are processed in at most this many blocks at a time. */
  readonly blocks: number
  readonly gemmWork: Pointer
  /** Two row-major buffers [largest width, samples] for dense products */
  readonly rowsIn: Pointer
  readonly rowsOut: Pointer
}

/** Above this density the dense product is the faster one: about 45 GFLOP/s in f32, zeros included, against 20 to 35. */
export const denseThreshold = 0.6

/** A masked matrix in kernel memory: its survivors, reached by rows and by columns. */
export interface SparseMatrix {
  readonly rows: number
  readonly cols: number
  readonly kept: number
  /** Row-major positions of the survivors in the full matrix, ascending */
  readonly positions: Int32Array
  /** Products by the dense kernel instead */
  readonly dense: boolean
  readonly rowStart: Pointer
  readonly columnOffsets: Pointer
  readonly columnStart: Pointer
  readonly rowOffsets: Pointer
  /** Survivor numbers in column order */
  readonly columnOrder: Pointer
  /** `positions`, in kernel memory */
  readonly flat: Pointer
}

/** Values on the pattern of a {@link SparseMatrix}, as many as survivors; `arranged` is what products read. */
export interface SparseValues {
  readonly at: Pointer
  /** Values in column order (sparse), or the full matrix (dense; the same address as `at` when nothing is pruned) */
  readonly arranged: Pointer
}

/** A workplace for networks of the given sizes and at most `blocks` blocks of samples at a time. */
export function createWorkplace(
  kernels: Kernels,
  scratch: Scratch,
  precision: Precision,
  sizes: readonly number[],
  blocks: number,
): Workplace {
  const bytes = Math.max(...sizes) * blocks * runBytes
  return {
    kernels,
    scratch,
    precision,
    blocks,
    gemmWork: scratch.alloc(kernels.call.gemmWorkspace()),
    rowsIn: scratch.alloc(bytes),
    rowsOut: scratch.alloc(bytes),
  }
}

/** Kernels that there are in both precisions, `<name>F32` and `<name>F64`. */
export type PrecisionKernel = {
  [Name in KernelName]: Name extends `${infer Base}F32` ? (`${Base}F64` extends KernelName ? Base : never) : never
}[KernelName]

/** The function of the workplace's precision, `<name>F32` or `<name>F64`, which take the same. */
export function kernelOf<Name extends PrecisionKernel>(
  { kernels, precision }: Pick<Workplace, 'kernels' | 'precision'>,
  name: Name,
): KernelExports[`${Name}F32` & KernelName] {
  return kernels.call[`${name}${precision === 'f32' ? 'F32' : 'F64'}` as `${Name}F32` & KernelName]
}

/** A view of `length` elements at `at`; valid until memory is next allocated. */
export function viewOf({ scratch, precision }: Workplace, at: Pointer, length: number): PrecisionArray {
  return precision === 'f32' ? scratch.f32(at, length) : scratch.f64(at, length)
}

/** Room for `count` elements, zeroed. */
export function zeros(place: Workplace, count: number): Pointer {
  const at = place.scratch.alloc(count * elementBytes[place.precision])
  viewOf(place, at, count).fill(0)
  return at
}

/** Stores a mask's pattern by rows and by columns. */
export function placeMask({ scratch }: Workplace, { rows, cols, data, kept }: Mask): SparseMatrix {
  const rowStart = new Int32Array(rows + 1)
  const columnStart = new Int32Array(cols + 1)
  const positions = new Int32Array(kept)
  const columnOffsets = new Int32Array(kept)
  let k = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      if (data[i * cols + j] === 0) continue
      positions[k] = i * cols + j
      columnOffsets[k++] = j * runBytes
      columnStart[j + 1]++
    }
    rowStart[i + 1] = k
  }
  for (let j = 0; j < cols; j++) columnStart[j + 1] += columnStart[j]
  const next = columnStart.slice()
  const columnOrder = new Int32Array(kept)
  const rowOffsets = new Int32Array(kept)
  for (let entry = 0; entry < kept; entry++) {
    const to = next[positions[entry] % cols]++
    columnOrder[to] = entry
    rowOffsets[to] = Math.floor(positions[entry] / cols) * runBytes
  }
  return {
    rows,
    cols,
    kept,
    positions,
    dense: kept > denseThreshold * rows * cols,
    rowStart: scratch.put(rowStart),
    columnOffsets: scratch.put(columnOffsets),
    columnStart: scratch.put(columnStart),
    rowOffsets: scratch.put(rowOffsets),
    columnOrder: scratch.put(columnOrder),
    flat: scratch.put(positions),
  }
}

/** Values of the pattern's survivors, taken from a full row-major array or zero. Call {@link arrange} before products. */
export function placeValues(place: Workplace, pattern: SparseMatrix, full?: Float64Array): SparseValues {
  const { rows, cols, kept, positions, dense } = pattern
  const at = zeros(place, kept)
  const arranged = dense ? (kept === rows * cols ? at : zeros(place, rows * cols)) : zeros(place, kept)
  if (full) {
    const values = viewOf(place, at, kept)
    for (let k = 0; k < kept; k++) values[k] = full[positions[k]]
  }
  return { at, arranged }
}

/** Brings what products read up to date after the values have changed. */
export function arrange(place: Workplace, pattern: SparseMatrix, { at, arranged }: SparseValues): void {
  if (!pattern.dense) kernelOf(place, 'gather')(pattern.kept, pattern.columnOrder, at, arranged, 1, 0)
  else if (arranged !== at) kernelOf(place, 'scatter')(pattern.kept, pattern.flat, at, arranged)
}

/** A blocked array of `blocks` blocks. */
export interface BlockedProduct {
  readonly blocks: number
  readonly x: Pointer
  readonly out: Pointer
  readonly scale: number
  /** Adds to `out`; default overwrites */
  readonly accumulate?: boolean
}

/** out (+)= scale · A x, x of `cols` features, out of `rows` features. */
export function multiply(place: Workplace, pattern: SparseMatrix, values: SparseValues, product: BlockedProduct): void {
  const { rows, cols } = pattern
  if (!pattern.dense) {
    sparseProduct(place, [rows, cols], [pattern.rowStart, pattern.columnOffsets, values.at], product)
    return
  }
  denseProduct(place, [rows, cols], operand(values.arranged, cols), product)
}

/** out (+)= scale · Aᵀ x, x of `rows` features, out of `cols` features. */
export function multiplyTransposed(
  place: Workplace,
  pattern: SparseMatrix,
  values: SparseValues,
  product: BlockedProduct,
): void {
  const { rows, cols } = pattern
  if (!pattern.dense) {
    sparseProduct(place, [cols, rows], [pattern.columnStart, pattern.rowOffsets, values.arranged], product)
    return
  }
  denseProduct(place, [cols, rows], operand(values.arranged, cols, true), product)
}

/** One task for each block of samples. */
function sparseProduct(
  { kernels, precision }: Workplace,
  [rows, cols]: readonly [number, number],
  matrix: readonly [start: Pointer, offsets: Pointer, values: Pointer],
  { blocks, x, out, scale, accumulate = false }: BlockedProduct,
): void {
  const tasks = Array.from({ length: blocks }, (_, b): NumbersOf<'sparseMultiplyF32'> => {
    const [from, to] = [x + b * cols * runBytes, out + b * rows * runBytes]
    return [1, rows, cols, ...matrix, from, to, scale, accumulate ? 1 : 0]
  })
  parallel(kernels, precision === 'f32' ? 'sparseMultiplyF32' : 'sparseMultiplyF64', tasks)
}

function denseProduct(
  place: Workplace,
  [m, k]: readonly [number, number],
  a: ReturnType<typeof operand>,
  { blocks, x, out, scale, accumulate = false }: BlockedProduct,
): void {
  const { kernels, precision, rowsIn, rowsOut, gemmWork } = place
  const samples = (blocks * runBytes) / elementBytes[precision]
  kernels.call.blocksToRows(blocks, k, x, rowsIn)
  gemm(kernels, precision, [m, samples, k], a, operand(rowsIn, samples), rowsOut, samples, gemmWork)
  kernelOf(place, 'rowsToBlocks')(blocks, m, rowsOut, out, scale, accumulate ? 1 : 0)
}

/** Errors and activations whose product is sampled at a pattern. */
export interface SampledProduct {
  readonly blocks: number
  /** Blocked, `rows` features */
  readonly delta: Pointer
  /** Blocked, `cols` features */
  readonly x: Pointer
  /** One value per survivor, added to */
  readonly gradient: Pointer
  readonly scale: number
  /** Room for a whole matrix, needed when the pattern is `dense` */
  readonly full: Pointer
}

/** Rows of a sampled product in one task: enough that handing it over costs nothing beside it. */
const rowsPerTask = 128

/** gradient[k] += scale · Σ_samples delta[i] x[j] at every survivor k = (i, j). */
export function addSampledProduct(place: Workplace, pattern: SparseMatrix, product: SampledProduct): void {
  const { rows, cols, kept } = pattern
  const { blocks, delta, x, gradient, scale, full } = product
  if (!pattern.dense) {
    const { kernels, precision } = place
    const tasks = Array.from({ length: Math.ceil(rows / rowsPerTask) }, (_, task): NumbersOf<'sampledProductF32'> => {
      const range = [task * rowsPerTask, Math.min(rows, (task + 1) * rowsPerTask)] as const
      return [blocks, rows, cols, ...range, pattern.rowStart, pattern.columnOffsets, delta, x, gradient, scale]
    })
    parallel(kernels, precision === 'f32' ? 'sampledProductF32' : 'sampledProductF64', tasks)
    return
  }
  const { kernels, precision, rowsIn, rowsOut, gemmWork } = place
  const samples = (blocks * runBytes) / elementBytes[precision]
  kernels.call.blocksToRows(blocks, rows, delta, rowsIn)
  kernels.call.blocksToRows(blocks, cols, x, rowsOut)
  const [a, b] = [operand(rowsIn, samples), operand(rowsOut, samples, true)]
  gemm(kernels, precision, [rows, cols, samples], a, b, full, cols, gemmWork)
  kernelOf(place, 'gather')(kept, pattern.flat, full, gradient, scale, 1)
}
