import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import type { Matrix } from '../linalg/matrix.js'
import { largestEntry } from '../linalg/symmetric.js'
import { symmetricEigen } from '../linalg/symmetric-eigen.js'
import { entryPrecision, type EntryPrecision, type KernelDtype } from '../ntk/entry-precision.js'
import type { Kernel } from '../ntk/kernel.js'
import { kernelWarning, levelsOf } from './levels.js'
import type { Spectrum } from './metric.js'
import {
  measureSpectrum,
  missingMetrics,
  type Measurements,
  type MetricChoice,
  type MissingMetrics,
  type SpectralMeasurements,
} from './metrics.js'
import { singleKernel } from './single-kernel.js'
import { traceOf } from './trace.js'
import { NumbersError } from '../numbers-error.js'

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
  /** λ_n; of a spectrum that is not known as a whole, a value that λ_n is not above. */
  readonly smallest: number
  /** Eigenvalues up to this count as zero: 1e-12 λ₁, or what the kernel's precision cannot tell from zero. */
  readonly floor: number
  /** What the kernel's entries are stored as. */
  readonly dtype: KernelDtype
  /** Largest |Θ_ij − Θ_ji|, relative to the largest entry; (Θ + Θᵀ)/2 is what the document is about. */
  readonly asymmetry: number
  /** The metrics that were asked for by the option `metrics`, by their names; absent where none were. */
  readonly metrics?: Measurements
  /** Why metrics are null, by their keys. */
  readonly reasons: MissingMetrics
  /** What is wrong with the kernel, each the end of a sentence that begins with its name. */
  readonly warnings: readonly string[]
}

export interface SpectrumOptions {
  /** How well the entries are known. Default: measured, as of float64. */
  readonly precision?: EntryPrecision
  /** Metrics beside those that every document has: of one's own, see `defineMetric`. Default: none. */
  readonly metrics?: readonly MetricChoice[]
  readonly kernels?: Kernels
}

/**
 * The spectrum of one kernel.
 *
 * A zero kernel has zero eigenvalues, trace and residual, and null for every metric. For a kernel without positive
 * eigenvalue the residual is relative to the largest |λ|.
 *
 * @param kernelOrMatrix symmetric `[n, n]`, n ≥ 1: a matrix, or a kernel of one class
 * @throws RangeError when the kernel has several classes, is empty, not square, finite and symmetric, or its trace is beyond the range of f64;
 *   when a metric is unknown, or measures what is no number
 * @throws Error when the eigenvalue iteration does not converge
 *
 * @example
 * import { matrixOf, spectrum } from 'limn'
 *
 * const { trace, effectiveRank } = spectrum(matrixOf([[1, 0], [0, 1]]))
 * console.log(trace, effectiveRank?.toFixed(3)) // 2 2.000
 */
export function spectrum(
  kernelOrMatrix: Matrix | Kernel,
  { precision, metrics, ...options }: SpectrumOptions = {},
): SpectrumDocument {
  const kernel = singleKernel(kernelOrMatrix)
  const n = kernel.rows
  if (!(n >= 1)) throw new NumbersError('spectrum: expected a kernel of at least one sample, got none')
  const { values, vectors } = symmetricEigen(kernel, options)
  const trace = traceOf(kernel)
  const residual = largestResidual(kernel, values, vectors!, options)
  return describeSpectrum(kernel, { eigenvalues: Array.from(values), trace, residual }, { precision, metrics })
}

/**
 * The document of what is known of a kernel's spectrum.
 *
 * @example
 * import { describeSpectrum, matrixOf } from 'limn'
 *
 * const kernel = matrixOf([[2, 0], [0, 1]])
 * const { conditionNumber, effectiveRank } = describeSpectrum(kernel, { n: 2, eigenvalues: [2, 1], trace: 3, residual: 0 }, {})
 * console.log(conditionNumber, effectiveRank) // 2 1.5
 */
export function describeSpectrum(
  kernel: Matrix,
  known: Spectrum & { readonly eigenvalues: readonly number[]; readonly residual: number },
  {
    precision = entryPrecision(kernel, largestEntry(kernel, 'spectrum')),
    metrics,
  }: { readonly precision?: EntryPrecision | undefined; readonly metrics?: readonly MetricChoice[] | undefined },
): SpectrumDocument {
  const { eigenvalues, trace, residual, n = eigenvalues.length, smallest = eigenvalues[n - 1] } = known
  const { dtype, asymmetry, error } = precision
  const whole = { ...known, n, smallest, error }
  const warning = kernelWarning(whole)
  return {
    n,
    trace,
    eigenvalues,
    ...measureSpectrum(whole),
    residual,
    smallest,
    floor: levelsOf(whole).floor,
    dtype,
    asymmetry,
    ...(metrics && { metrics: measureSpectrum(whole, metrics) }),
    reasons: { ...missingMetrics(whole), ...(metrics && missingMetrics(whole, metrics)) },
    warnings: warning === undefined ? [] : [warning],
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
