import { levelsOf, notPositive } from './levels.js'
import { isComplete, type SpectralMetric } from './metric.js'

/** λ₁ / λ_n; null when the kernel is singular to its precision, or λ_n is not known. */
export const conditionNumber: SpectralMetric<number | null> = {
  name: 'conditionNumber',
  label: 'condition number',
  description: 'λ₁ / λ_n',
  measure(spectrum) {
    if (!isComplete(spectrum)) return null
    const { eigenvalues } = spectrum
    const smallest = eigenvalues[eigenvalues.length - 1]
    return smallest > levelsOf(spectrum).level ? eigenvalues[0] / smallest : null
  },
  reason(spectrum) {
    if (!isComplete(spectrum)) return 'needs all eigenvalues'
    if (conditionNumber.measure(spectrum) !== null) return undefined
    return notPositive(spectrum) ?? 'singular: λ_n is not told from 0'
  },
}
