import { degreeReason, degreeStatistics, type DegreeStatistics } from './degree-statistics.js'
import { reasonsOf, type Measured, type NoValues, type StructureMetric } from './metric.js'

/** Fan-out of the units below each matrix: its mean, and whether its variance is that of chance. */
export const outDegrees: StructureMetric<Measured<NoValues, DegreeStatistics>> = {
  name: 'outDegrees',
  label: 'fan-out',
  description:
    'survivors per column: mean, variance, ratio to n p (1 − p), verdict regular, chance or uneven at level 0.001',
  measure: ({ masks, outDegrees: degrees }) => ({
    network: {},
    matrices: masks.map(({ rows }, l) => degreeStatistics(degrees[l], rows)),
  }),
  reason: (chain) => reasonsOf(chain, (l) => degreeReason(chain.outDegrees[l], chain.masks[l].rows)),
}
