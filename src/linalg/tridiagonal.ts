import type { Kernels, Pointer, Scratch } from './kernels.js'
import { gemm, operand } from './matmul.js'

/** Reflectors per panel: the rank of an update is twice this. */
const panelRows = 48
/** Reflectors applied at once to the eigenvectors. */
const blockRows = 128
/** Rows of the trailing matrix updated by one product; what lies right of the diagonal is wasted. */
const updateRows = 192

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
  const work = scratch.alloc(kernels.call['gemmWorkspace']())
  const [diagonal, offDiagonal, tau] = [scratch.alloc(n * 8), scratch.alloc(n * 8), scratch.alloc(n * 8)]
  const panel = scratch.alloc(2 * panelRows * stride * 8)
  const swapped = scratch.alloc(2 * panelRows * stride * 8)
  for (let high = n; high > 0;) {
    const low = Math.max(0, high - panelRows)
    kernels.call['reflectorPanel'](low, high, a, stride, diagonal, offDiagonal, tau, panel, swapped)
    const depth = 2 * (high - low)
    const rows = scratch.f64(panel, depth * stride)
    const partner = scratch.f64(swapped, depth * stride)
    for (let k = 0; k < depth; k++) {
      const [from, to] = [(k ^ 1) * stride, k * stride]
      for (let j = 0; j < low; j++) partner[to + j] = -rows[from + j]
    }
    for (let top = 0; top < low; top += updateRows) {
      const end = Math.min(low, top + updateRows)
      const left = { at: swapped + top * 8, rowStride: 1, colStride: stride }
      const target = a + top * stride * 8
      gemm(kernels, 'f64', [end - top, end, depth], left, operand(panel, stride), target, stride, work, true)
    }
    high = low
  }
  return { n, reflectors: a, stride, diagonal, offDiagonal, tau, work }
}

/**
 * Turns eigenvectors of T into eigenvectors of A, in place: X ← X Qᵀ, where row k of X is the k-th vector. Reflectors are
 * gathered into blocks I − Vᵀ F V (Schreiber and Van Loan 1989) so that all work is dense products.
 */
export function applyReflectors(kernels: Kernels, scratch: Scratch, t: Tridiagonal, x: Pointer): void {
  const { n, stride, work } = t
  const [v, gram, factor] = [
    scratch.alloc(blockRows * stride * 8),
    scratch.alloc(blockRows * blockRows * 8),
    scratch.alloc(blockRows * blockRows * 8),
  ]
  const [product, turned] = [scratch.alloc(n * blockRows * 8), scratch.alloc(n * blockRows * 8)]
  const tau = scratch.f64(t.tau, n)
  for (let low = 1; low < n; low += blockRows) {
    const count = Math.min(n - low, blockRows)
    const support = low + count - 1
    const block = scratch.f64(v, count * stride).fill(0)
    for (let k = 0; k < count; k++) {
      block.set(scratch.f64(t.reflectors + (low + k) * stride * 8, low + k), k * stride)
    }
    const rows = operand(v, stride)
    const columns = operand(v, stride, true)
    gemm(kernels, 'f64', [count, count, support], rows, columns, gram, count, work)
    negatedFactor(scratch.f64(gram, count * count), tau.subarray(low), scratch.f64(factor, count * count), count)
    gemm(kernels, 'f64', [n, count, support], operand(x, stride), columns, product, count, work)
    gemm(kernels, 'f64', [n, count, count], operand(product, count), operand(factor, count), turned, count, work)
    gemm(kernels, 'f64', [n, support, count], operand(turned, count), rows, x, stride, work, true)
  }
}

/** −F of H_1 H_2 ⋯ H_m = I − Vᵀ F V, upper triangular, from the Gram matrix V Vᵀ. */
function negatedFactor(gram: Float64Array, tau: Float64Array, factor: Float64Array, m: number): void {
  factor.fill(0)
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < j; i++) {
      let sum = 0
      for (let k = i; k < j; k++) sum += factor[i * m + k] * gram[k * m + j]
      factor[i * m + j] = -sum * tau[j]
    }
    factor[j * m + j] = -tau[j]
  }
}
