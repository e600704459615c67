import type { SpectralMetric } from './metric.js'

/** Share of the trace in the largest eigenvalues, by how many are counted. */
export type TopEnergy = Readonly<Record<'5', number | null>>

/** Sum of the five largest eigenvalues (of all, when there are fewer) over the trace; null unless the trace is positive. */
export const topEnergy: SpectralMetric<TopEnergy> = {
  label: 'top-5 energy',
  description: '(λ₁ + … + λ₅) / trace',
  measure({ eigenvalues, trace }) {
    if (!(trace > 0)) return { '5': null }
    let sum = 0
    for (let k = 0; k < Math.min(5, eigenvalues.length); k++) sum += eigenvalues[k] / trace
    return { '5': sum }
  },
}
