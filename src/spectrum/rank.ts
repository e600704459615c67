import { levelsOf } from './levels.js'
import { isComplete, type SpectralMetric } from './metric.js'

/** How many eigenvalues are above the floor, with multiplicity; null when there may be more than are known. */
export const rank: SpectralMetric<number | null> = {
  name: 'rank',
  label: 'rank',
  description: 'number of λ_k above the floor',
  measure(spectrum) {
    const { eigenvalues } = spectrum
    const { floor } = levelsOf(spectrum)
    let count = 0
    while (count < eigenvalues.length && eigenvalues[count] > floor) count++
    return count < eigenvalues.length || isComplete(spectrum) ? count : null
  },
  reason: (spectrum) => (rank.measure(spectrum) === null ? 'needs all eigenvalues' : undefined),
}
