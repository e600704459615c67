import { levelsOf } from '../../src/spectrum/levels.js'
import { defineMetric } from '../../src/spectrum/define.js'
import { isComplete, type SpectralMetric } from '../../src/spectrum/metric.js'
import { notPositive } from '../../src/spectrum/levels.js'

/** (Σ λ_k)² / Σ λ_k² over λ_k above the floor, between 1 and n: written out, as the table's own metrics are. */
export const participation: SpectralMetric<number | null> = {
  name: 'participation',
  label: 'participation ratio',
  description: '(Σ λ_k)² / Σ λ_k², λ_k above the floor',
  measure(spectrum) {
    if (participation.reason(spectrum) !== undefined) return null
    const { floor } = levelsOf(spectrum)
    const [first] = Array.from(spectrum.eigenvalues)
    const relative = Array.from(spectrum.eigenvalues, (value) => (value > floor ? value / first : 0))
    const sum = relative.reduce((total, value) => total + value, 0)
    return sum ** 2 / relative.reduce((total, value) => total + value ** 2, 0)
  },
  reason: (spectrum) => notPositive(spectrum) ?? (isComplete(spectrum) ? undefined : 'needs all eigenvalues'),
}

/** The same in the few lines of `defineMetric`. */
export const definedParticipation = defineMetric({
  name: 'participation',
  label: 'participation ratio',
  needsAll: true,
  measure({ eigenvalues }, { floor }) {
    const relative = Array.from(eigenvalues, (value) => (value > floor ? value / eigenvalues[0] : 0))
    const sum = relative.reduce((total, value) => total + value, 0)
    return sum ** 2 / relative.reduce((total, value) => total + value ** 2, 0)
  },
})
