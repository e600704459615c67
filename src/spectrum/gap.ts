import { roundingLevel, type SpectralMetric } from './metric.js'

/** λ₁ / λ₂; null with fewer than two eigenvalues or when λ₂ is not above rounding, n · 2^-52 · λ₁. */
export const gap: SpectralMetric<number | null> = {
  label: 'spectral gap',
  description: 'λ₁ / λ₂',
  measure(spectrum) {
    const [first, second] = [spectrum.eigenvalues[0], spectrum.eigenvalues[1]]
    return second > roundingLevel(spectrum) ? first / second : null
  },
}
