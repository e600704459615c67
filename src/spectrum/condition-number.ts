import { roundingLevel, type SpectralMetric } from './metric.js'

/** λ₁ / λ_n; null when the kernel is singular to rounding: λ_n ≤ n · 2^-52 · λ₁. */
export const conditionNumber: SpectralMetric<number | null> = {
  label: 'condition number',
  description: 'λ₁ / λ_n',
  measure(spectrum) {
    const { eigenvalues } = spectrum
    const smallest = eigenvalues[eigenvalues.length - 1]
    return smallest > roundingLevel(spectrum) ? eigenvalues[0] / smallest : null
  },
}
