import { notPositive } from './levels.js'
import { isComplete, type SpectralMetric, type Spectrum } from './metric.js'

/** Share of the trace in the largest eigenvalues, by how many are counted. */
export type TopEnergy = Readonly<Record<'5', number | null>>

const counted = 5

function reason(spectrum: Spectrum): string | undefined {
  const zero = notPositive(spectrum)
  if (zero !== undefined) return zero
  return spectrum.eigenvalues.length < counted && !isComplete(spectrum) ? `needs ${counted} eigenvalues` : undefined
}

/**
 * Sum of the five largest eigenvalues (of all, when there are fewer) over the trace, at most 1; null for a zero or
 * indefinite kernel, or unless these eigenvalues are known.
 */
export const topEnergy: SpectralMetric<TopEnergy> = {
  name: 'topEnergy',
  label: 'top-5 energy',
  description: '(λ₁ + … + λ₅) / trace',
  measure(spectrum) {
    const { eigenvalues, trace } = spectrum
    if (reason(spectrum) !== undefined || !(trace > 0)) return { '5': null }
    let sum = 0
    for (let k = 0; k < Math.min(counted, eigenvalues.length); k++) sum += eigenvalues[k] / trace
    return { '5': Math.min(1, sum) }
  },
  reason,
}
