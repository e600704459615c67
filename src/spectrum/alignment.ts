import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import type { Kernel } from '../ntk/kernel.js'
import { singleKernel } from './single-kernel.js'
import { NumbersError } from '../numbers-error.js'

/** The matrix divided by its largest entry, so that squares stay in range; undefined when it is zero. */
function normalised({ rows, cols, data }: Matrix, name: string): Matrix | undefined {
  let largest = 0
  for (const value of data) {
    if (!Number.isFinite(value)) throw new NumbersError(`kernelTargetAlignment: expected finite ${name}, got ${value}`)
    largest = Math.max(largest, Math.abs(value))
  }
  return largest > 0
    ? matrix(
        rows,
        cols,
        data.map((value) => value / largest),
      )
    : undefined
}

function frobenius({ data }: Matrix): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0))
}

/**
 * Kernel–target alignment ⟨K, Y Yᵀ⟩ / (‖K‖ ‖Y Yᵀ‖), Frobenius products (Cristianini et al. 2001): 1 when the kernel is
 * the targets' own, 0 when they are orthogonal; null when kernel or targets are zero.
 *
 * @param kernelOrMatrix K `[N, N]`: a matrix, or a kernel of one class
 * @param targets Y `[N, C]`, one column per output
 * @throws RangeError when the shapes do not fit or an entry is not finite
 *
 * @example
 * import { kernelTargetAlignment, matrixOf } from 'limn'
 *
 * const y = matrixOf([[1], [-1]])
 * // The kernel y yᵀ is the targets' own; the identity is not.
 * const alignments = [matrixOf([[1, -1], [-1, 1]]), matrixOf([[1, 0], [0, 1]])].map((k) => kernelTargetAlignment(k, y))
 * console.log(alignments.map((alignment) => alignment?.toFixed(4))) // [ '1.0000', '0.7071' ]
 */
export function kernelTargetAlignment(kernelOrMatrix: Matrix | Kernel, targets: Matrix): number | null {
  const kernel = singleKernel(kernelOrMatrix)
  if (kernel.rows !== kernel.cols || kernel.rows !== targets.rows) {
    const got = `[${kernel.rows}, ${kernel.cols}] and [${targets.rows}, ${targets.cols}]`
    throw new NumbersError(`kernelTargetAlignment: expected a kernel [N, N] and targets [N, C], got ${got}`)
  }
  const K = normalised(kernel, 'kernel')
  const Y = normalised(targets, 'targets')
  if (!K || !Y) return null
  // ⟨K, Y Yᵀ⟩ = ⟨K Y, Y⟩ and ‖Y Yᵀ‖ = ‖Yᵀ Y‖: no second N × N matrix.
  const product = matmul(K, Y)
  const inner = product.data.reduce((sum, value, i) => sum + value * Y.data[i], 0)
  return inner / (frobenius(K) * frobenius(matmul(Y, Y, { transposeA: true })))
}
