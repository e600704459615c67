import type { Kernels, Pointer, Scratch } from './kernels.js'
import { lowerUpdate } from './lower-update.js'
import { parallelProducts } from './parallel-products.js'
import { led, perThread, threadsOf } from './team.js'
import { step } from './steps.js'

/** Reflectors per panel: the rank of an update is twice this. */
const panelRows = 48

/** Units of work on a reflector, and the bytes that threads share at a panel. */
const units = 4
const controlBytes = 256
const panelBytes = 128
/** Orders up to which a panel is not worth waking anybody. */
const aloneOrder = 448

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
  const work = scratch.alloc(kernels.call.gemmWorkspace() * threadsOf(kernels))
  const [diagonal, offDiagonal, tau] = [scratch.alloc(n * 8), scratch.alloc(n * 8), scratch.alloc(n * 8)]
  const rows = scratch.alloc(3 * panelRows * stride * 8)
  const sums = scratch.alloc(units * stride * 8)
  const factors = scratch.alloc((units * 2 + 4) * panelRows * 8)
  const [control, panel] = [scratch.alloc(controlBytes), scratch.alloc(panelBytes)]
  const fixed = [a, stride, diagonal, offDiagonal, tau, rows, panelRows, sums, factors, threadsOf(kernels)]
  const join = step('joinPanel', panel, perThread(0, 1))
  for (let high = n; high > 0;) {
    const low = Math.max(0, high - panelRows)
    scratch.u8(control, controlBytes).fill(0)
    scratch.u8(panel, panelBytes).fill(0)
    scratch.i32(panel, 3 + fixed.length).set([control, high, low, ...fixed])
    const lead = (): boolean => kernels.call.leadPanel(panel) === 0
    if (high <= aloneOrder) lead()
    else led(kernels, join, lead, () => kernels.call.leavePanel(panel))
    const pairs = high - low
    parallelProducts(kernels, lowerUpdate(low, 2 * pairs, rows + panelRows * stride * 8, rows, a, stride), work)
    high = low
  }
  return { n, reflectors: a, stride, diagonal, offDiagonal, tau, work }
}
