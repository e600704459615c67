import type { Kernels } from '../linalg/kernels.js'
import type { SymmetricTiles } from '../linalg/symmetric-operator.js'
import { topEigenpairs } from '../linalg/top-eigenpairs.js'
import { NumbersError } from '../numbers-error.js'
import { measureSpectrum, type SpectralMeasurements } from './metrics.js'

/** The top of the spectrum of a kernel that is read tile by tile. */
export interface TiledSpectrum extends SpectralMeasurements {
  /** The k largest, with multiplicity, largest first. */
  readonly eigenvalues: readonly number[]
  /** Of each: ‖Θ v − λ v‖ / λ₁, measured by multiplying out. */
  readonly residuals: readonly number[]
  /** A value that the smallest eigenvalue is not above. */
  readonly smallest: number
}

/**
 * The k largest eigenvalues of a kernel whose tiles are read for every four products, and the metrics that follow from them and
 * the trace; what needs the rest of the spectrum is null. The same bits as of the whole kernel by `topEigenpairs`.
 *
 * @param trace sum of the kernel's diagonal
 * @param seed of the random start
 * @param tolerance largest residual accepted, relative to λ₁, default 1e-9
 * @throws RangeError when `top` is not from 1 to n, or the trace is not finite
 * @throws Error when the tolerance is not reached
 */
export function topSpectrumOfTiles(
  tiles: SymmetricTiles,
  {
    top,
    trace,
    seed,
    tolerance = 1e-9,
    ...options
  }: {
    readonly top: number
    readonly trace: number
    readonly seed: number
    readonly tolerance?: number
    readonly kernels?: Kernels
  },
): TiledSpectrum {
  const { n } = tiles
  if (!(Number.isInteger(top) && top >= 1 && top <= n)) {
    throw new NumbersError(`spectrum: expected top from 1 to n = ${n}, got ${top}`)
  }
  if (!Number.isFinite(trace)) {
    throw new NumbersError(`spectrum: expected a trace within the range of f64, got ${trace}`)
  }
  const found = topEigenpairs(tiles, { k: top, seed, tolerance, smallest: true, ...options })
  const eigenvalues = Array.from(found.values)
  const smallest = Math.min(found.smallest ?? eigenvalues[top - 1], eigenvalues[top - 1])
  const unit = eigenvalues[0] > 0 ? eigenvalues[0] : -eigenvalues[top - 1]
  const residuals = Array.from(found.residuals, (residual) => (unit > 0 ? residual / unit : 0))
  const known = { n, trace, eigenvalues, smallest, residual: Math.max(...residuals) }
  return { ...measureSpectrum(known), eigenvalues, residuals, smallest }
}
