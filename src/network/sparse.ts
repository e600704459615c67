import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { gemm, operand } from '../linalg/matmul.js'
import { elementBytes, runBytes, type Precision, type PrecisionArray } from './blocks.js'
import type { Mask } from './mask.js'

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

/** Above this density a dense product with zeros (about 45 GFLOP/s in f32) beats the sparse one. */
export const denseThreshold = 0.4

/** Features whose run of samples fits the first-level cache beside everything else (24 KiB). */
const tileFeatures = 192

/** A masked matrix in kernel memory: its survivors, reached by rows and by columns. */
export interface SparseMatrix {
  readonly rows: number
  readonly cols: number
  readonly kept: number
  /** Position in the full row-major matrix of each survivor, in the order in which values are stored */
  readonly positions: Int32Array
  /** Products by the dense kernel instead */
  readonly dense: boolean
  /** Column tiles of the order by rows, row tiles of the order by columns */
  readonly columnTiles: number
  readonly rowTiles: number
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

/** Size in bytes of the two buffers `rowsIn`, `rowsOut` and the samples they hold. */
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
    gemmWork: scratch.alloc(kernels.call['gemmWorkspace']()),
    rowsIn: scratch.alloc(bytes),
    rowsOut: scratch.alloc(bytes),
  }
}

/** The function of the workplace's precision, `<name>F32` or `<name>F64`. */
export function kernelOf({ kernels, precision }: Workplace, name: string): (...args: number[]) => number {
  return kernels.call[`${name}${precision === 'f32' ? 'F32' : 'F64'}`]
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

/** One order of a pattern's entries, tile by tile of the other index, and within a tile by lists (rows, or columns). */
interface TiledOrder {
  readonly tiles: number
  /** Where each list of each tile starts, `tiles · lists + 1` */
  readonly start: Int32Array
  /** Entry numbers in the given order, listed in the new one */
  readonly order: Int32Array
}

/** Counting sort of entries by (tile of `within`, `list`), stable; tiles of `tile` of the `width` other indices. */
function tiled(list: Int32Array, within: Int32Array, lists: number, width: number, tile: number): TiledOrder {
  const tiles = Math.ceil(width / tile)
  const start = new Int32Array(tiles * lists + 1)
  const key = list.map((value, k) => Math.floor(within[k] / tile) * lists + value)
  for (const value of key) start[value + 1]++
  for (let i = 0; i < tiles * lists; i++) start[i + 1] += start[i]
  const next = start.slice()
  const order = new Int32Array(list.length)
  key.forEach((value, k) => (order[next[value]++] = k))
  return { tiles, start, order }
}

/** Stores a mask's pattern by rows and by columns. */
export function placeMask({ scratch }: Workplace, { rows, cols, data, kept }: Mask): SparseMatrix {
  const all = new Int32Array(kept)
  let found = 0
  for (let k = 0; k < data.length; k++) if (data[k] === 1) all[found++] = k
  const dense = kept > denseThreshold * rows * cols
  // A dense matrix's values stay in row-major order, which is what the dense product reads.
  const tile = dense ? Math.max(rows, cols) : tileFeatures
  const byRow = tiled(
    all.map((k) => Math.floor(k / cols)),
    all.map((k) => k % cols),
    rows,
    cols,
    tile,
  )
  const positions = byRow.order.map((k) => all[k])
  const rowOf = positions.map((k) => Math.floor(k / cols))
  const columnOf = positions.map((k) => k % cols)
  const byColumn = tiled(columnOf, rowOf, cols, rows, tile)
  return {
    rows,
    cols,
    kept,
    positions,
    dense,
    columnTiles: byRow.tiles,
    rowStart: scratch.put(byRow.start),
    columnOffsets: scratch.put(columnOf.map((j) => j * runBytes)),
    rowTiles: byColumn.tiles,
    columnStart: scratch.put(byColumn.start),
    rowOffsets: scratch.put(byColumn.order.map((k) => rowOf[k] * runBytes)),
    columnOrder: scratch.put(byColumn.order),
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
  const { blocks, x, out, scale, accumulate = false } = product
  if (!pattern.dense) {
    kernelOf(
      place,
      'sparseMultiply',
    )(
      ...[
        blocks,
        rows,
        cols,
        pattern.columnTiles,
        pattern.rowStart,
        pattern.columnOffsets,
        values.at,
        x,
        out,
        scale,
        accumulate ? 1 : 0,
      ],
    )
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
  const { blocks, x, out, scale, accumulate = false } = product
  if (!pattern.dense) {
    kernelOf(place, 'sparseMultiply')(
      ...[
        blocks,
        cols,
        rows,
        pattern.rowTiles,
        pattern.columnStart,
        pattern.rowOffsets,
        values.arranged,
        x,
        out,
        scale,
      ],
      accumulate ? 1 : 0,
    )
    return
  }
  denseProduct(place, [cols, rows], operand(values.arranged, cols, true), product)
}

function denseProduct(
  place: Workplace,
  [m, k]: readonly [number, number],
  a: ReturnType<typeof operand>,
  { blocks, x, out, scale, accumulate = false }: BlockedProduct,
): void {
  const { kernels, precision, rowsIn, rowsOut, gemmWork } = place
  const samples = (blocks * runBytes) / elementBytes[precision]
  kernels.call['blocksToRows'](blocks, k, x, rowsIn)
  gemm(kernels, precision, [m, samples, k], a, operand(rowsIn, samples), rowsOut, samples, gemmWork)
  kernelOf(place, 'rowsToBlocks')(blocks, m, rowsOut, out, scale, accumulate ? 1 : 0)
}

/**
 * gradient[k] += scale · Σ_samples delta[i] x[j] at every survivor k = (i, j).
 *
 * @param full room for a whole matrix, needed when the pattern is `dense`
 */
export function addSampledProduct(
  place: Workplace,
  pattern: SparseMatrix,
  {
    blocks,
    delta,
    x,
    gradient,
    scale,
    full,
  }: {
    readonly blocks: number
    readonly delta: Pointer
    readonly x: Pointer
    readonly gradient: Pointer
    readonly scale: number
    readonly full: Pointer
  },
): void {
  const { rows, cols, kept } = pattern
  if (!pattern.dense) {
    kernelOf(
      place,
      'sampledProduct',
    )(...[blocks, rows, cols, pattern.columnTiles, pattern.rowStart, pattern.columnOffsets, delta, x, gradient, scale])
    return
  }
  const { kernels, precision, rowsIn, rowsOut, gemmWork } = place
  const samples = (blocks * runBytes) / elementBytes[precision]
  kernels.call['blocksToRows'](blocks, rows, delta, rowsIn)
  kernels.call['blocksToRows'](blocks, cols, x, rowsOut)
  const [a, b] = [operand(rowsIn, samples), operand(rowsOut, samples, true)]
  gemm(kernels, precision, [rows, cols, samples], a, b, full, cols, gemmWork)
  kernelOf(place, 'gather')(kept, pattern.flat, full, gradient, scale, 1)
}
