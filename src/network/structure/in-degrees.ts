import { degreeReason, degreeStatistics, type DegreeStatistics } from './degree-statistics.js'
import { reasonsOf, type Measured, type NoValues, type StructureMetric } from './metric.js'

/** Fan-in of the units above each matrix: its mean, and whether its variance is that of chance. */
export const inDegrees: StructureMetric<Measured<NoValues, DegreeStatistics>> = {
  name: 'inDegrees',
  label: 'fan-in',
  description:
    'survivors per row: mean, variance, ratio to n p (1 − p), verdict regular, chance or uneven at level 0.001',
  measure: ({ masks, inDegrees: degrees }) => ({
    network: {},
    matrices: masks.map(({ cols }, l) => degreeStatistics(degrees[l], cols)),
  }),
  reason: (chain) => reasonsOf(chain, (l) => degreeReason(chain.inDegrees[l], chain.masks[l].cols)),
}
