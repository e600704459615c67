import type { Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { topEigenpairs } from '../linalg/top-eigenpairs.js'
import type { Kernel } from '../ntk/kernel.js'
import { measureSpectrum } from './metrics.js'
import { singleKernel } from './single-kernel.js'
import { spectrum, type SpectrumDocument } from './spectrum.js'
import { traceOf } from './trace.js'

/** The top of a spectrum; JSON as it stands. Metrics that need the rest of it are null. */
export interface TopSpectrumDocument extends SpectrumDocument {
  /** How many eigenvalues there are; the k largest, with multiplicity. */
  readonly top: number
}

export interface TopSpectrumOptions {
  /** How many eigenvalues, 1 ≤ top ≤ n. */
  readonly top: number
  /** Seed of the random start, default 0: the eigenvalues depend on it by no more than the residual. */
  readonly seed?: number
  /** Largest residual accepted, relative to λ₁. In (0, 1), default 1e-9. */
  readonly tolerance?: number
  readonly kernels?: Kernels
}

/** For more than this share of the eigenvalues the whole decomposition is faster. */
const topShare = 1 / 8

/** Whether {@link topSpectrum} takes the whole decomposition. */
export function needsAll(n: number, top: number): boolean {
  return top > topShare * n
}

/** Bytes that {@link topSpectrum} takes, the kernel itself included: half of it once more, and the basis with room to turn it. */
export function topSpectrumMemory(n: number, top: number): number {
  return 12 * n * n + 80 * n * Math.max(top, 40)
}

/**
 * The k largest eigenvalues of a kernel by block Lanczos, with residuals that are measured by multiplying out. The trace
 * is that of the diagonal, so that effective rank (trace / λ₁), gap and top-5 energy are those of the whole spectrum; the
 * entropy rank and the condition number are null unless k = n. For k > n/8 the kernel is decomposed as by {@link spectrum}.
 *
 * @param kernelOrMatrix symmetric `[n, n]`, n ≥ 1: a matrix, or a kernel of one class
 * @throws RangeError as {@link spectrum}, or when an option is out of range
 * @throws Error when the tolerance is not reached
 */
export function topSpectrum(
  kernelOrMatrix: Matrix | Kernel,
  { top, seed = 0, tolerance = 1e-9, ...options }: TopSpectrumOptions,
): TopSpectrumDocument {
  const kernel = singleKernel(kernelOrMatrix)
  const n = kernel.rows
  if (!(n >= 1)) throw new RangeError('spectrum: expected a kernel of at least one sample, got none')
  if (!(Number.isInteger(top) && top >= 1 && top <= n)) {
    throw new RangeError(`spectrum: expected top from 1 to n = ${n}, got ${top}`)
  }
  if (needsAll(n, top)) {
    const { trace, eigenvalues, residual } = spectrum(kernel, options)
    return describe(n, trace, eigenvalues.slice(0, top), residual)
  }
  const { values, residuals } = topEigenpairs(kernel, { k: top, seed, tolerance, ...options })
  const unit = values[0] > 0 ? values[0] : -values[top - 1]
  const residual = unit > 0 ? residuals.reduce((a, b) => Math.max(a, b), 0) / unit : 0
  return describe(n, traceOf(kernel), Array.from(values), residual)
}

function describe(n: number, trace: number, eigenvalues: readonly number[], residual: number): TopSpectrumDocument {
  const metrics = measureSpectrum({ eigenvalues, trace, n })
  return { n, top: eigenvalues.length, trace, eigenvalues, ...metrics, residual }
}
