import { mean } from '../linalg/statistics.js'
import { levelsOf, notPositive } from './levels.js'
import { orderOf, type SpectralMetric, type Spectrum } from './metric.js'

/** Power-law fit λ_k ∝ k^−α. */
export interface Decay {
  /** Positive when eigenvalues fall; null with fewer than two points. */
  readonly alpha: number | null
  /** Standard error of α by the residuals; null with fewer than three points, or where these lie on a line to rounding. */
  readonly standardError: number | null
  /** First and last k that entered the fit, counted from 1; null when none did. */
  readonly from: number | null
  readonly to: number | null
}

const maxRank = 50
/** Error of an eigenvalue of f64, relative to λ₁: deviations from the line within it are rounding. */
const rounding = 8 * 2 ** -52

/** The last k of the fit, 0 when no eigenvalue is above the floor. */
function lastOf(spectrum: Spectrum): number {
  const { eigenvalues } = spectrum
  const { floor } = levelsOf(spectrum)
  let to = 0
  while (to < Math.min(maxRank, eigenvalues.length) && eigenvalues[to] > floor) to++
  return to
}

/**
 * Least squares of log λ_k on log k over k = 1 … min(50, n) with λ_k above the floor, which is 1e-12 λ₁ or what the kernel's
 * precision cannot tell from 0; the standard error has two fewer degrees of freedom than points. Equal eigenvalues are
 * points of their own, each at its place k. Where fewer than min(50, n) eigenvalues are known, `to` says how far the fit
 * reaches.
 */
export const decay: SpectralMetric<Decay> = {
  name: 'decay',
  label: 'decay exponent',
  description:
    'least squares of log λ_k on log k, k = 1 … 50, λ_k above the floor (1e-12 λ₁, or the kernel’s precision)',
  measure(spectrum) {
    const { eigenvalues } = spectrum
    const to = lastOf(spectrum)
    if (to === 0) return { alpha: null, standardError: null, from: null, to: null }
    if (to < 2) return { alpha: null, standardError: null, from: 1, to }
    const x = Array.from({ length: to }, (_, k) => Math.log(k + 1))
    // Relative to λ₁, so that the fit does not depend on the kernel's scale.
    const y = x.map((_, k) => Math.log(eigenvalues[k] / eigenvalues[0]))
    const [meanX, meanY] = [mean(x), mean(y)]
    let [xx, xy] = [0, 0]
    for (let k = 0; k < to; k++) {
      xx += (x[k] - meanX) ** 2
      xy += (x[k] - meanX) * (y[k] - meanY)
    }
    const slope = xy / xx
    let [residual, explained] = [0, 0]
    for (let k = 0; k < to; k++) {
      residual += (y[k] - meanY - slope * (x[k] - meanX)) ** 2
      explained += (rounding * (eigenvalues[0] / eigenvalues[k])) ** 2
    }
    const standardError = to < 3 || residual <= explained ? null : Math.sqrt(residual / (to - 2) / xx)
    // 0 − slope rather than −slope: a flat spectrum has α = 0, not −0.
    return { alpha: 0 - slope, standardError, from: 1, to }
  },
  reason(spectrum) {
    const { alpha, standardError, to } = decay.measure(spectrum)
    if (alpha !== null && standardError !== null) return undefined
    if (alpha !== null)
      return to === 2 ? 'two points have no standard error' : 'the points lie on a line to rounding: no standard error'
    if (orderOf(spectrum) === 1 && to === 1) return 'there is one eigenvalue'
    if (to !== null)
      return spectrum.eigenvalues.length < 2 ? 'needs 2 eigenvalues' : 'one eigenvalue is above the floor'
    return notPositive(spectrum) ?? 'no eigenvalue is above the floor'
  },
}
