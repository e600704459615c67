import type { Kernels, Pointer, Scratch } from './kernels.js'
import { lowerUpdate } from './lower-update.js'
import { parallelProducts } from './parallel-products.js'
import { parallel, threadsOf } from './team.js'

/** Reflectors per panel: the rank of an update is twice this. */
const panelRows = 48

/** Orders from which a product with the rest of the matrix is cut into shares of equal size. */
const sharedOrder = 640
const shares = 4

/** A tridiagonal matrix and the reflectors that lead to it, in kernel memory. */
export interface Tridiagonal {
  readonly n: number
  /** Row i holds reflector v_i in its entries 0 … i − 1. */
  readonly reflectors: Pointer
  /** Elements from one row to the next. */
  readonly stride: number
  /** n diagonal entries. */
  readonly diagonal: Pointer
  /** n − 1 off-diagonal entries. */
  readonly offDiagonal: Pointer
  /** Factor τ_i of H_i = I − τ_i v_i v_iᵀ, i = 1 … n − 1. */
  readonly tau: Pointer
  /** Workspace of products, one for each thread. */
  readonly work: Pointer
}

/** Row length for n columns: whole vectors, and never a power of two, which would map all rows to the same cache lines. */
export function rowStride(n: number): number {
  const stride = Math.ceil(n / 8) * 8
  return stride % 64 === 0 ? stride + 8 : stride
}

/**
 * Reduces a symmetric matrix in kernel memory to tridiagonal form T = Qᵀ A Q, Q = H_{n−1} ⋯ H_1, in place (lower triangle).
 * Half of the work is one pass over the rest of the matrix per reflector, the other half dense products
 * (Dongarra, Hammarling and Sorensen 1989, "Block reduction of matrices to condensed forms").
 *
 * @param a `[n, n]` with rows of `stride` elements, entries of size near 1
 */
export function reduceToTridiagonal(
  kernels: Kernels,
  scratch: Scratch,
  a: Pointer,
  n: number,
  stride: number,
): Tridiagonal {
  const work = scratch.alloc(kernels.call['gemmWorkspace']() * threadsOf(kernels))
  const [diagonal, offDiagonal, tau] = [scratch.alloc(n * 8), scratch.alloc(n * 8), scratch.alloc(n * 8)]
  const panel = scratch.alloc(2 * panelRows * stride * 8)
  const swapped = scratch.alloc(2 * panelRows * stride * 8)
  const factors = scratch.alloc(2 * panelRows * 8)
  const sums = scratch.alloc(shares * stride * 8)
  const ends = scratch.alloc(shares * 4)
  const { reflectorStart, reflectorFinish } = kernels.call
  for (let high = n; high > 0;) {
    const low = Math.max(0, high - panelRows)
    for (let i = high - 1; i >= low; i--) {
      if (!reflectorStart(i, high, a, stride, diagonal, offDiagonal, tau, panel, swapped, factors)) continue
      const rows = shareEnds(i)
      scratch.i32(ends, rows.length).set(rows)
      const v = panel + 2 * (high - 1 - i) * stride * 8
      const tasks = rows.map((end, s) => [rows[s - 1] ?? 0, end, a, stride, v, sums + s * stride * 8])
      parallel(kernels, 'symmetricRows', tasks)
      reflectorFinish(i, high, stride, tau, panel, swapped, factors, rows.length, sums, ends)
    }
    parallelProducts(kernels, lowerUpdate(low, 2 * (high - low), swapped, panel, a, stride), work)
    high = low
  }
  return { n, reflectors: a, stride, diagonal, offDiagonal, tau, work }
}

/** Where shares of the lower triangle of order n end; they depend on n alone, so that sums do not depend on threads. */
function shareEnds(n: number): readonly number[] {
  if (n < sharedOrder) return [n]
  return Array.from({ length: shares }, (_, s) =>
    s + 1 < shares ? 4 * Math.round((n * Math.sqrt((s + 1) / shares)) / 4) : n,
  )
}
