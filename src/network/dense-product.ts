import type { Kernels, Pointer } from '../linalg/kernels.js'
import type { Operand } from '../linalg/matmul.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import { fromTask, parallel, parallelSteps, perThread, threadsOf } from '../linalg/team.js'

/** The part of a matrix C `[m, n]` that one task computes, as arguments of the steps that follow its product. */
export interface Tile {
  readonly rows: Argument
  readonly cols: Argument
  /** rows · cols; the entries lie together when tiles are whole rows */
  readonly count: Argument
  /** Address of the tile's first entry in a matrix in the shape of C. */
  readonly at: (base: Pointer) => Argument
  /** Address of its first row's entry in a vector `[m]`. */
  readonly rowAt: (base: Pointer) => Argument
}

/** C[m,n] (+)= A[m,k]·B[k,n] in f64 in kernel memory, C with rows of n entries. */
export interface TiledProduct {
  /** m, n, k */
  readonly shape: readonly [number, number, number]
  readonly a: Operand
  readonly b: Operand
  readonly c: Pointer
  readonly accumulate?: boolean
  /** Columns of a tile; default: whole rows */
  readonly columns?: number
  /** What is done to each tile once it is there, while it is in the cache. */
  readonly then?: (tile: Tile) => readonly Step[]
}

/** Rows of a tile: a multiple of the product kernel's row block, so that the cut changes no bit. */
const tileRows = 264

const tile: Tile = {
  rows: fromTask(0),
  cols: fromTask(1),
  count: fromTask(2),
  at: (base) => fromTask(5, base),
  rowAt: (base) => fromTask(6, base),
}

/** Bytes of workspace for {@link tiledProduct}. */
export function productWorkspace(kernels: Kernels): number {
  return kernels.call.gemmWorkspace() * threadsOf(kernels)
}

/** A product with steps that follow it, tile by tile on all threads. Allocates nothing, so that views stay valid. */
export function tiledProduct(kernels: Kernels, product: TiledProduct, work: Pointer): void {
  const { a, b, c, accumulate = false, then } = product
  const [m, n, k] = product.shape
  const width = Math.min(n, product.columns ?? n)
  const tasks: number[][] = []
  for (let i = 0; i < m; i += tileRows) {
    for (let j = 0; j < n; j += width) {
      const [rows, cols] = [Math.min(tileRows, m - i), Math.min(width, n - j)]
      const [left, right] = [a.at + i * a.rowStride * 8, b.at + j * b.colStride * 8]
      tasks.push([rows, cols, rows * cols, left, right, (i * n + j) * 8, i * 8])
    }
  }
  const operands = [fromTask(3), a.rowStride, a.colStride, fromTask(4), b.rowStride, b.colStride] as const
  const workspace = perThread(work, kernels.call.gemmWorkspace())
  const out = [tile.at(c), n, accumulate ? 1 : 0] as const
  const multiply = step('gemmF64', tile.rows, tile.cols, k, ...operands, ...out, workspace)
  parallelSteps(kernels, [multiply, ...(then?.(tile) ?? [])], tasks)
}

/** Entries that a thread takes at a time in pointwise work. */
export const chunkEntries = 2 ** 17

/** Consecutive ranges `[first, count]` of at most {@link chunkEntries} that make up `length`. */
export function chunksOf(length: number): [number, number][] {
  return Array.from({ length: Math.ceil(length / chunkEntries) }, (_, i) => {
    const first = i * chunkEntries
    return [first, Math.min(chunkEntries, length - first)]
  })
}

/** values = scale · values in f64 where a byte of `open` is 1, else 0; `open` 0 stands for ones everywhere. On all threads. */
export function scaleOpen(kernels: Kernels, length: number, values: Pointer, open: Pointer, scale: number): void {
  parallel(
    kernels,
    'scaleOpenF64',
    chunksOf(length).map(([first, count]) => [count, values + first * 8, open && open + first, scale]),
  )
}
