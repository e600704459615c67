import { isComplete, roundingLevel, type SpectralMetric } from './metric.js'

/** λ₁ / λ_n; null when the kernel is singular to rounding: λ_n ≤ n · 2^-52 · λ₁, or λ_n is not known. */
export const conditionNumber: SpectralMetric<number | null> = {
  label: 'condition number',
  description: 'λ₁ / λ_n',
  measure(spectrum) {
    if (!isComplete(spectrum)) return null
    const { eigenvalues } = spectrum
    const smallest = eigenvalues[eigenvalues.length - 1]
    return smallest > roundingLevel(spectrum) ? eigenvalues[0] / smallest : null
  },
}
