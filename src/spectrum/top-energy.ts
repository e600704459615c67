import { isComplete, type SpectralMetric } from './metric.js'

/** Share of the trace in the largest eigenvalues, by how many are counted. */
export type TopEnergy = Readonly<Record<'5', number | null>>

const counted = 5

/**
 * Sum of the five largest eigenvalues (of all, when there are fewer) over the trace; null unless the trace is positive
 * and these eigenvalues are known.
 */
export const topEnergy: SpectralMetric<TopEnergy> = {
  label: 'top-5 energy',
  description: '(λ₁ + … + λ₅) / trace',
  measure(spectrum) {
    const { eigenvalues, trace } = spectrum
    if (!(trace > 0) || (eigenvalues.length < counted && !isComplete(spectrum))) return { '5': null }
    let sum = 0
    for (let k = 0; k < Math.min(counted, eigenvalues.length); k++) sum += eigenvalues[k] / trace
    return { '5': sum }
  },
}
