import { tridiagonalEigenvectors } from './divide-conquer.js'
import { defaultKernels, withScratch, type Kernels } from './kernels.js'
import { matrix, type Matrix } from './matrix.js'
import { applyReflectors, reduceToTridiagonal, rowStride } from './tridiagonal.js'

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

/** Entries may differ from their mirror images by this much of the largest entry: rounding of a product, not more. */
const asymmetryLimit = 1e-8
const tile = 32

/**
 * All eigenvalues, and by default eigenvectors, of a real symmetric matrix: A V = V diag(values).
 *
 * Residuals ‖A v − λ v‖ and the departure from orthogonality are of the order n · 2^-53 · ‖A‖. The matrix is scaled by a
 * power of two on the way, so that entries near overflow or below the normal range do no harm; (A + Aᵀ)/2 is what is
 * decomposed. Householder reduction, then QR steps (values) or divide and conquer (vectors).
 * Memory: about 8 n² bytes for values, 40 n² with vectors.
 *
 * @param a `[n, n]`
 * @throws RangeError when `a` is not square, has a non-finite entry, differs from its transpose by more than 1e-8 of its
 *   largest entry, is too large for memory, or has eigenvalues beyond the range of f64
 * @throws Error when the iteration does not converge
 */
export function symmetricEigen(a: Matrix, options: SymmetricEigenOptions = {}): SymmetricEigen {
  const { vectors: wanted = true, kernels = defaultKernels() } = options
  const largest = checkSymmetric(a)
  const n = a.rows
  const exponent = largest > 0 ? Math.floor(Math.log2(largest)) : 0
  return withScratch(kernels, (scratch) => {
    const stride = rowStride(n)
    const at = scratch.alloc(n * stride * 8)
    const x = wanted ? scratch.alloc(n * stride * 8) : 0
    putScaled(a, scratch.f64(at, n * stride), stride, -exponent)
    const t = reduceToTridiagonal(kernels, scratch, at, n, stride)
    if (!wanted) {
      const scale = largest > 0 ? 1 : 0
      if (kernels.call['tridiagonalQr'](n, t.diagonal, t.offDiagonal, 0, 0, 0, scale)) {
        throw new Error(`symmetricEigen: QR steps did not converge for this ${n} × ${n} matrix`)
      }
      return { values: unscaled(scratch.f64(t.diagonal, n).slice().sort().reverse(), exponent) }
    }
    const found = tridiagonalEigenvectors(kernels, scratch, t, x).slice()
    applyReflectors(kernels, scratch, t, x)
    const order = Array.from(found, (_, i) => i).sort((i, j) => found[j] - found[i] || i - j)
    const values = unscaled(
      Float64Array.from(order, (i) => found[i]),
      exponent,
    )
    return { values, vectors: asColumns(scratch.f64(x, n * stride), stride, order) }
  })
}

/** Refuses what is not a finite symmetric matrix; returns max |a_ij|. */
function checkSymmetric({ rows, cols, data }: Matrix): number {
  if (rows !== cols) throw new RangeError(`symmetricEigen: expected a square matrix, got ${rows} × ${cols}`)
  let largest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at])
    if (!(size < Infinity)) {
      const where = `[${Math.floor(at / cols)}, ${at % cols}]`
      throw new RangeError(`symmetricEigen: expected finite entries, got ${data[at]} at ${where}`)
    }
    if (size > largest) largest = size
  }
  const limit = asymmetryLimit * largest
  forTiles(rows, (i, j) => {
    const [entry, mirror] = [data[i * cols + j], data[j * cols + i]]
    if (Math.abs(entry - mirror) > limit) {
      throw new RangeError(
        `symmetricEigen: expected a symmetric matrix, got ${entry} at [${i}, ${j}] but ${mirror} at [${j}, ${i}]`,
      )
    }
  })
  return largest
}

/** Visits the lower triangle with its diagonal tile by tile, so that an entry and its mirror image are both in cache. */
function forTiles(n: number, visit: (i: number, j: number) => void): void {
  for (let top = 0; top < n; top += tile) {
    for (let left = 0; left <= top; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = left; j < Math.min(i + 1, left + tile); j++) visit(i, j)
      }
    }
  }
}

/** Lower triangle of 2^exponent (A + Aᵀ)/2. Two factors, because one power of two may not be representable. */
function putScaled({ rows: n, data }: Matrix, target: Float64Array, stride: number, exponent: number): void {
  const first = 2 ** Math.trunc(exponent / 2)
  const second = 2 ** (exponent - Math.trunc(exponent / 2))
  forTiles(n, (i, j) => {
    const entry = data[i * n + j] * first * second
    target[i * stride + j] = 0.5 * (entry + data[j * n + i] * first * second)
  })
}

function unscaled(values: Float64Array, exponent: number): Float64Array {
  const first = 2 ** Math.trunc(exponent / 2)
  const second = 2 ** (exponent - Math.trunc(exponent / 2))
  return values.map((value) => {
    const result = value * first * second
    if (!Number.isFinite(result)) {
      throw new RangeError(
        'symmetricEigen: an eigenvalue exceeds the range of f64; divide the matrix by a constant first',
      )
    }
    return result
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
