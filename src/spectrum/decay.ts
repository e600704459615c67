import type { SpectralMetric } from './metric.js'

/** Power-law fit λ_k ∝ k^−α. */
export interface Decay {
  /** Positive when eigenvalues fall; null with fewer than two points. */
  readonly alpha: number | null
  /** Standard error of α by the residuals; null with fewer than three points. */
  readonly standardError: number | null
  /** First and last k that entered the fit, counted from 1; null when none did. */
  readonly from: number | null
  readonly to: number | null
}

const maxRank = 50
const relativeFloor = 1e-12

/**
 * Least squares of log λ_k on log k over k = 1 … min(50, n) with λ_k > 1e-12 λ₁; the standard error has two fewer
 * degrees of freedom than points. Where fewer than min(50, n) eigenvalues are known, `to` says how far the fit reaches.
 */
export const decay: SpectralMetric<Decay> = {
  label: 'decay exponent α',
  description: 'least squares of log λ_k on log k, k = 1 … 50, λ_k > 1e-12 λ₁',
  measure({ eigenvalues }) {
    const floor = relativeFloor * eigenvalues[0]
    let to = 0
    while (to < Math.min(maxRank, eigenvalues.length) && eigenvalues[to] > Math.max(0, floor)) to++
    if (to === 0) return { alpha: null, standardError: null, from: null, to: null }
    const x = Array.from({ length: to }, (_, k) => Math.log(k + 1))
    // Relative to λ₁, so that the fit does not depend on the kernel's scale.
    const y = x.map((_, k) => Math.log(eigenvalues[k] / eigenvalues[0]))
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / to
    const [meanX, meanY] = [mean(x), mean(y)]
    let [xx, xy] = [0, 0]
    for (let k = 0; k < to; k++) {
      xx += (x[k] - meanX) ** 2
      xy += (x[k] - meanX) * (y[k] - meanY)
    }
    if (to < 2) return { alpha: null, standardError: null, from: 1, to }
    const slope = xy / xx
    const residual = y.reduce((sum, value, k) => sum + (value - meanY - slope * (x[k] - meanX)) ** 2, 0)
    // 0 − slope rather than −slope: a flat spectrum has α = 0, not −0.
    return { alpha: 0 - slope, standardError: to < 3 ? null : Math.sqrt(residual / (to - 2) / xx), from: 1, to }
  },
}
