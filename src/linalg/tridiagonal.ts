import type { Kernels, Pointer, Scratch } from './kernels.js'
import { operand } from './matmul.js'
import { parallelProducts, type Product } from './parallel-products.js'
import { parallel, threadsOf } from './team.js'

/** Reflectors per panel: the rank of an update is twice this. */
const panelRows = 48
/** Rows of the trailing matrix updated by one product; what lies right of the diagonal is wasted. */
const updateRows = 192

/** Rows of sums that a panel needs. */
const shares = 4
/** What the threads at a panel share: twelve words and six numbers, and two words in cache lines of their own. */
const descriptorBytes = 12 * 4 + 6 * 8
const controlBytes = 128
/** Orders up to which a panel is not worth waking anybody. */
const aloneOrder = 256

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
 * Half of the work is one pass over the rest of the matrix per reflector, which the team's threads share without returning
 * from the kernel in between; the other half is dense products
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
  const factors = scratch.alloc(4 * panelRows * 8)
  const sums = scratch.alloc(shares * stride * 8)
  const control = scratch.alloc(controlBytes)
  const descriptor = scratch.alloc(descriptorBytes)
  const fixed = [a, stride, diagonal, offDiagonal, tau, panel, swapped, factors, sums, control]
  const roles = Array.from({ length: threadsOf(kernels) }, (_, role) => [role, descriptor])
  for (let high = n; high > 0;) {
    const low = Math.max(0, high - panelRows)
    scratch.i32(descriptor, 2 + fixed.length).set([high, low, ...fixed])
    scratch.i32(control, controlBytes / 4).fill(0)
    parallel(kernels, 'tridiagonalPanel', high > aloneOrder ? roles : roles.slice(0, 1))
    const depth = 2 * (high - low)
    const updates: Product[] = []
    for (let top = 0; top < low; top += updateRows) {
      const end = Math.min(low, top + updateRows)
      const left = { at: swapped + top * 8, rowStride: 1, colStride: stride }
      const target = { c: a + top * stride * 8, ldc: stride, accumulate: true }
      updates.unshift({ shape: [end - top, end, depth], a: left, b: operand(panel, stride), ...target })
    }
    parallelProducts(kernels, updates, work)
    high = low
  }
  return { n, reflectors: a, stride, diagonal, offDiagonal, tau, work }
}
