import { NumbersError } from '../../numbers-error.js'
import { boundDifference } from './bound-difference.js'
import type { MaskChain } from './chain.js'
import { collapse } from './collapse.js'
import { deadUnits } from './dead-units.js'
import { densities } from './densities.js'
import { effectiveDensity } from './effective-density.js'
import { effectiveUnits } from './effective-units.js'
import { inDegrees } from './in-degrees.js'
import { structureMetricProblem, type Measured, type StructureMetric } from './metric.js'
import { outDegrees } from './out-degrees.js'
import { paths } from './paths.js'
import { ramanujan } from './ramanujan.js'
import { regularity } from './regularity.js'
import { singularValues } from './singular-values.js'

/** Every metric of a network's masks. */
export const structureMetrics = {
  densities,
  inDegrees,
  outDegrees,
  deadUnits,
  effectiveDensity,
  effectiveUnits,
  paths,
  collapse,
  singularValues,
  regularity,
  ramanujan,
  boundDifference,
} as const satisfies Record<string, StructureMetric>

export type StructureMetricName = keyof typeof structureMetrics

export const structureMetricNames = Object.keys(structureMetrics) as readonly StructureMetricName[]

/** A metric as options say it: a name of the table, or one of one's own. */
export type StructureMetricChoice = StructureMetricName | StructureMetric

/** What the metrics of some names measure. */
export type StructureMeasurements<Name extends StructureMetricName = StructureMetricName> = {
  readonly [One in Name]: ReturnType<(typeof structureMetrics)[One]['measure']>
}

function metricOf(choice: StructureMetricChoice): StructureMetric {
  if (typeof choice === 'string') {
    if (Object.hasOwn(structureMetrics, choice)) return structureMetrics[choice]
    throw new NumbersError(
      `measureStructure: expected a metric of ${structureMetricNames.join(', ')}, got '${choice as string}'`,
    )
  }
  const problem = structureMetricProblem(choice)
  if (problem !== undefined) throw new NumbersError(`measureStructure: metric: ${problem}`)
  return choice
}

/**
 * The structure of a network's masks: metrics of the table {@link structureMetrics}, all of them or those that are named, or
 * metrics of one's own.
 *
 * Time: a few passes over the masks; singular values (`singularValues`, `regularity`, `ramanujan`, `boundDifference`) take
 * nearly all of it.
 *
 * @param chain of {@link maskChain}
 * @throws RangeError when the table has no metric of a name
 *
 * @example
 * import { createMask, denseMask } from 'limn'
 * import { maskChain, measureStructure } from 'limn/graphon'
 *
 * // The second hidden unit has an input and no output: its two survivors lead nowhere.
 * const chain = maskChain([denseMask(2, 2), createMask(1, 2, Uint8Array.of(1, 0))])
 * const { densities, effectiveDensity, paths } = measureStructure(chain, ['densities', 'effectiveDensity', 'paths'])
 * console.log(densities.network.kept, effectiveDensity.network.kept, paths.network.density) // 5 3 0.5
 */
export function measureStructure<Name extends StructureMetricName = StructureMetricName>(
  chain: MaskChain,
  metrics?: readonly Name[],
): StructureMeasurements<Name>
export function measureStructure(
  chain: MaskChain,
  metrics: readonly StructureMetricChoice[],
): Readonly<Record<string, Measured>>
export function measureStructure(
  chain: MaskChain,
  metrics: readonly StructureMetricChoice[] = structureMetricNames,
): Readonly<Record<string, Measured>> {
  return Object.fromEntries(metrics.map(metricOf).map(({ name, measure }) => [name, measure(chain)]))
}

/**
 * Why {@link measureStructure} gives nulls, by the names of the metrics that hold some: which matrix, and what it lacks.
 *
 * @throws RangeError when the table has no metric of a name
 *
 * @example
 * import { denseMask } from 'limn'
 * import { maskChain, missingStructure } from 'limn/graphon'
 *
 * console.log(missingStructure(maskChain([denseMask(1, 2)]), ['singularValues']))
 * // { singularValues: 'layers.0 (1 × 2): has one singular value' }
 */
export function missingStructure(
  chain: MaskChain,
  metrics: readonly StructureMetricChoice[] = structureMetricNames,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    metrics.map(metricOf).flatMap(({ name, reason }) => {
      const why = reason(chain)
      return why === undefined ? [] : [[name, why]]
    }),
  )
}
