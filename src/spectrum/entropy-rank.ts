import { isComplete, type SpectralMetric } from './metric.js'

/**
 * exp of the entropy of the normalised singular values |λ_k| / Σ|λ| (Roy and Vetterli 2007, "The effective rank"):
 * from 1 to n; null for a zero kernel, and when not all λ_k are known.
 */
export const entropyRank: SpectralMetric<number | null> = {
  label: 'entropy rank',
  description: 'exp(−Σ p_k log p_k), p_k = |λ_k| / Σ|λ|',
  measure(spectrum) {
    if (!isComplete(spectrum)) return null
    const { eigenvalues } = spectrum
    const sizes = Array.from(eigenvalues, Math.abs)
    const largest = sizes.reduce((a, b) => Math.max(a, b), 0)
    if (!(largest > 0)) return null
    const relative = sizes.map((size) => size / largest)
    const total = relative.reduce((sum, size) => sum + size, 0)
    let entropy = 0
    for (const size of relative) if (size > 0) entropy -= (size / total) * Math.log(size / total)
    return Math.exp(entropy)
  },
}
