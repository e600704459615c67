import type { Matrix } from '../linalg/matrix.js'
import { topEigenpairs } from '../linalg/top-eigenpairs.js'
import type { Kernel } from '../ntk/kernel.js'
import { singleKernel } from './single-kernel.js'
import { describeSpectrum, spectrum, type SpectrumDocument, type SpectrumOptions } from './spectrum.js'
import { traceOf } from './trace.js'
import { NumbersError } from '../numbers-error.js'

/** The top of a spectrum; JSON as it stands. Metrics that need the rest of it are null. */
export interface TopSpectrumDocument extends SpectrumDocument {
  /** How many eigenvalues there are; the k largest, with multiplicity. */
  readonly top: number
}

export interface TopSpectrumOptions extends SpectrumOptions {
  /** How many eigenvalues, 1 ≤ top ≤ n. */
  readonly top: number
  /** Seed of the random start, default 0: the eigenvalues depend on it by no more than the residual. */
  readonly seed?: number
  /** Largest residual accepted, relative to λ₁. In (0, 1), default 1e-9. */
  readonly tolerance?: number
}

/** For more than this share of the eigenvalues the whole decomposition is faster. */
const topShare = 1 / 8

/** Whether {@link topSpectrum} takes the whole decomposition. */
export function needsAll(n: number, top: number): boolean {
  return top > topShare * n
}

/**
 * Bytes that {@link topSpectrum} takes, the kernel itself included: half of it once more, and the basis with room to turn it,
 * or the one that the smallest eigenvalue is looked for in.
 */
export function topSpectrumMemory(n: number, top: number): number {
  return 12 * n * n + 80 * n * Math.max(top, 64)
}

/**
 * The k largest eigenvalues of a kernel by block Lanczos, with residuals that are measured by multiplying out. The trace
 * is that of the diagonal, so that effective rank (trace / λ₁), gap and top-5 energy are those of the whole spectrum; the
 * entropy rank and the condition number are null unless k = n. `smallest` is then a bound from above: an indefinite kernel
 * shows where its negative eigenvalues stand apart. For k > n/8 the kernel is decomposed as by {@link spectrum}.
 *
 * @param kernelOrMatrix symmetric `[n, n]`, n ≥ 1: a matrix, or a kernel of one class
 * @throws RangeError as {@link spectrum}, or when an option is out of range
 * @throws Error when the tolerance is not reached
 *
 * @example
 * import { matrixOf, topSpectrum } from 'limn'
 *
 * const { eigenvalues, trace } = topSpectrum(matrixOf([[3, 0, 0], [0, 2, 0], [0, 0, 1]]), { top: 2 })
 * console.log(eigenvalues.map((lambda) => lambda.toFixed(4)), trace) // [ '3.0000', '2.0000' ] 6
 */
export function topSpectrum(
  kernelOrMatrix: Matrix | Kernel,
  { top, seed = 0, tolerance = 1e-9, precision, metrics, ...options }: TopSpectrumOptions,
): TopSpectrumDocument {
  const kernel = singleKernel(kernelOrMatrix)
  const n = kernel.rows
  if (!(n >= 1)) throw new NumbersError('spectrum: expected a kernel of at least one sample, got none')
  if (!(Number.isInteger(top) && top >= 1 && top <= n)) {
    throw new NumbersError(`spectrum: expected top from 1 to n = ${n}, got ${top}`)
  }
  if (needsAll(n, top)) {
    const whole = spectrum(kernel, { ...options, ...(precision && { precision }) })
    const { trace, eigenvalues, residual, smallest } = whole
    const known = { n, trace, eigenvalues: eigenvalues.slice(0, top), residual, smallest }
    return withTop(top, describeSpectrum(kernel, known, { precision, metrics }))
  }
  const found = topEigenpairs(kernel, { k: top, seed, tolerance, smallest: true, ...options })
  const { values, residuals, smallest = values[top - 1] } = found
  const unit = values[0] > 0 ? values[0] : -values[top - 1]
  const residual = unit > 0 ? residuals.reduce((a, b) => Math.max(a, b), 0) / unit : 0
  const known = { n, trace: traceOf(kernel), eigenvalues: Array.from(values), residual, smallest }
  return withTop(top, describeSpectrum(kernel, known, { precision, metrics }))
}

function withTop(top: number, { n, ...rest }: SpectrumDocument): TopSpectrumDocument {
  return { n, top, ...rest }
}
