import { levelsOf, notPositive } from './levels.js'
import { orderOf, type SpectralMetric } from './metric.js'

/** λ₁ / λ₂; null with fewer than two eigenvalues or when λ₂ is not told from 0. */
export const gap: SpectralMetric<number | null> = {
  name: 'gap',
  label: 'spectral gap',
  description: 'λ₁ / λ₂',
  measure(spectrum) {
    const [first, second] = [spectrum.eigenvalues[0], spectrum.eigenvalues[1]]
    return second > levelsOf(spectrum).level ? first / second : null
  },
  reason(spectrum) {
    if (gap.measure(spectrum) !== null) return undefined
    const zero = notPositive(spectrum)
    if (zero !== undefined) return zero
    if (orderOf(spectrum) < 2) return 'there is one eigenvalue'
    return spectrum.eigenvalues.length < 2 ? 'needs 2 eigenvalues' : 'rank one: λ₂ is not told from 0'
  },
}
