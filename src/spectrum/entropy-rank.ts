import { levelsOf, notPositive } from './levels.js'
import { isComplete, type SpectralMetric } from './metric.js'

/**
 * exp of the entropy of the normalised eigenvalues (Roy and Vetterli 2007, "The effective rank"): from 1 to n. Eigenvalues
 * up to the floor count as zero. Null for a zero or indefinite kernel, and when not all λ_k are known.
 */
export const entropyRank: SpectralMetric<number | null> = {
  name: 'entropyRank',
  label: 'entropy rank',
  description: 'exp(−Σ p_k log p_k), p_k = λ_k / Σλ, over λ_k above the floor',
  measure(spectrum) {
    if (entropyRank.reason(spectrum) !== undefined) return null
    const { eigenvalues } = spectrum
    const { floor } = levelsOf(spectrum)
    const relative = Array.from(eigenvalues, (value) => (value > floor ? value / eigenvalues[0] : 0))
    const total = relative.reduce((sum, size) => sum + size, 0)
    let entropy = 0
    for (const size of relative) if (size > 0) entropy -= (size / total) * Math.log(size / total)
    return Math.exp(entropy)
  },
  reason(spectrum) {
    return notPositive(spectrum) ?? (isComplete(spectrum) ? undefined : 'needs all eigenvalues')
  },
}
