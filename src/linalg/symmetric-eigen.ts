import { applyReflectors } from './back-transformation.js'
import { tridiagonalEigenvectors } from './divide-conquer.js'
import { defaultKernels, withScratch, type Kernels } from './kernels.js'
import { matrix, type Matrix } from './matrix.js'
import { putSymmetricPart, requireSquare, scaledBack } from './symmetric.js'
import { reduceToTridiagonal, rowStride } from './tridiagonal.js'
import { NumbersError } from '../numbers-error.js'

export interface SymmetricEigenOptions {
  /** Compute eigenvectors too. Default true; values alone take about a third of the time. */
  readonly vectors?: boolean
  readonly kernels?: Kernels
}

export interface SymmetricEigen {
  /** Eigenvalues, largest first. */
  readonly values: Float64Array
  /** Orthogonal `[n, n]`: column k belongs to `values[k]`; its sign is arbitrary. Absent when not asked for. */
  readonly vectors?: Matrix
}

const caller = 'symmetricEigen'
const tile = 32

/**
 * All eigenvalues, and by default eigenvectors, of a real symmetric matrix: A V = V diag(values).
 *
 * Residuals ‖A v − λ v‖ and the departure from orthogonality are of the order n · 2^-53 · ‖A‖. The matrix is scaled by a
 * power of two on the way, so that entries near overflow or below the normal range do no harm; (A + Aᵀ)/2 is what is
 * decomposed. Householder reduction, then root-free QL steps (values) or divide and conquer (vectors).
 * Memory: about 8 n² bytes for values, 40 n² with vectors.
 *
 * @param a `[n, n]`
 * @throws RangeError when `a` is not square, has a non-finite entry, differs from its transpose by more than 1e-8 of its
 *   largest entry, is too large for memory, or has eigenvalues beyond the range of f64
 * @throws Error when the iteration does not converge
 *
 * @example
 * import { matrixOf, symmetricEigen } from 'limn/linalg'
 *
 * const { values } = symmetricEigen(matrixOf([[2, 1], [1, 2]]))
 * console.log(Array.from(values, (value) => value.toFixed(6))) // [ '3.000000', '1.000000' ]
 */
export function symmetricEigen(a: Matrix, options: SymmetricEigenOptions = {}): SymmetricEigen {
  const { vectors: wanted = true, kernels = defaultKernels() } = options
  requireSquare(a, caller)
  const n = a.rows
  return withScratch(kernels, (scratch) => {
    const stride = rowStride(n)
    const at = scratch.alloc(n * stride * 8)
    const x = wanted ? scratch.alloc(n * stride * 8) : 0
    const { largest, exponent } = putSymmetricPart(a, kernels, scratch, at, stride, caller)
    const t = reduceToTridiagonal(kernels, scratch, at, n, stride)
    if (!wanted) {
      const scale = largest > 0 ? 1 : 0
      const work = scratch.alloc(kernels.call.tridiagonalValuesWorkspace())
      if (kernels.call.tridiagonalValues(n, t.diagonal, t.offDiagonal, scale, work)) {
        throw new NumbersError(`symmetricEigen: QL steps did not converge for this ${n} × ${n} matrix`)
      }
      return { values: scaledBack(scratch.f64(t.diagonal, n).slice().sort().reverse(), exponent, caller) }
    }
    const found = tridiagonalEigenvectors(kernels, scratch, t, x).slice()
    applyReflectors(kernels, scratch, t, x)
    const order = Array.from(found, (_, i) => i).sort((i, j) => found[j] - found[i] || i - j)
    const sorted = Float64Array.from(order, (i) => found[i])
    const values = scaledBack(sorted, exponent, caller)
    return { values, vectors: asColumns(scratch.f64(x, n * stride), stride, order) }
  })
}

/** Column k of the result is row order[k] of x. */
function asColumns(x: Float64Array, stride: number, order: readonly number[]): Matrix {
  const n = order.length
  const result = matrix(n, n)
  for (let left = 0; left < n; left += tile) {
    for (let top = 0; top < n; top += tile) {
      for (let k = left; k < Math.min(n, left + tile); k++) {
        const from = order[k] * stride
        for (let j = top; j < Math.min(n, top + tile); j++) result.data[j * n + k] = x[from + j]
      }
    }
  }
  return result
}
