import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import type { Matrix } from '../linalg/matrix.js'
import { symmetricEigen } from '../linalg/symmetric-eigen.js'
import type { Kernel } from '../ntk/kernel.js'
import { measureSpectrum, type SpectralMeasurements } from './metrics.js'
import { singleKernel } from './single-kernel.js'
import { traceOf } from './trace.js'

/** Eigenvalues of one kernel with every metric; JSON as it stands. */
export interface SpectrumDocument extends SpectralMeasurements {
  /** Number of samples. */
  readonly n: number
  /** Sum of the diagonal. */
  readonly trace: number
  /** Largest first, all of them, as computed: rounding may leave small negative ones. */
  readonly eigenvalues: readonly number[]
  /** max_k ‖Θ v_k − λ_k v_k‖₂ / λ₁, measured by multiplying out. */
  readonly residual: number
}

/**
 * The spectrum of one kernel.
 *
 * A zero kernel has zero eigenvalues, trace and residual, and null for every metric. For a kernel without positive
 * eigenvalue the residual is relative to the largest |λ|.
 *
 * @param kernelOrMatrix symmetric `[n, n]`, n ≥ 1: a matrix, or a kernel of one class
 * @throws RangeError when the kernel has several classes, is empty, not square, finite and symmetric, or its trace is beyond the range of f64
 * @throws Error when the eigenvalue iteration does not converge
 */
export function spectrum(
  kernelOrMatrix: Matrix | Kernel,
  options: { readonly kernels?: Kernels } = {},
): SpectrumDocument {
  const kernel = singleKernel(kernelOrMatrix)
  const n = kernel.rows
  if (!(n >= 1)) throw new RangeError('spectrum: expected a kernel of at least one sample, got none')
  const { values, vectors } = symmetricEigen(kernel, options)
  const trace = traceOf(kernel)
  return {
    n,
    trace,
    eigenvalues: Array.from(values),
    ...measureSpectrum({ eigenvalues: values, trace }),
    residual: largestResidual(kernel, values, vectors!, options),
  }
}

function largestResidual(
  kernel: Matrix,
  values: Float64Array,
  vectors: Matrix,
  options: { readonly kernels?: Kernels },
): number {
  const n = values.length
  const unit = values[0] > 0 ? values[0] : -values[n - 1]
  if (!(unit > 0)) return 0
  const product = matmul(kernel, vectors, options)
  const squares = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const at = i * n + k
      squares[k] += (product.data[at] / unit - (values[k] / unit) * vectors.data[at]) ** 2
    }
  }
  return Math.sqrt(squares.reduce((a, b) => Math.max(a, b), 0))
}
