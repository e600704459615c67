import { conditionNumber } from './condition-number.js'
import { decay } from './decay.js'
import { effectiveRank } from './effective-rank.js'
import { entropyRank } from './entropy-rank.js'
import { gap } from './gap.js'
import { metricProblem, type SpectralMetric, type Spectrum } from './metric.js'
import { rank } from './rank.js'
import { topEnergy } from './top-energy.js'
import { NumbersError } from '../numbers-error.js'

/** Every metric of a spectrum, in the order of the spectrum document. */
export const spectralMetrics = {
  decay,
  effectiveRank,
  entropyRank,
  gap,
  topEnergy,
  conditionNumber,
  rank,
} as const satisfies Record<string, SpectralMetric>

export type SpectralMetricName = keyof typeof spectralMetrics

export const spectralMetricNames = Object.keys(spectralMetrics) as readonly SpectralMetricName[]

/** A metric as options say it: a name of the table, or one of one's own (see `defineMetric`). */
export type MetricChoice = SpectralMetricName | SpectralMetric

export type SpectralMeasurements = {
  readonly [Name in SpectralMetricName]: ReturnType<(typeof spectralMetrics)[Name]['measure']>
}

/** Values of any metrics, by their names. */
export type Measurements = Readonly<Record<string, unknown>>

/** Why metrics are null, in words; only of those that are, or hold a null. */
export type MissingMetrics = { readonly [Name in SpectralMetricName]?: string }

/** The metric of a name, or the metric itself. @throws RangeError when it is neither */
export function metricOf(choice: MetricChoice): SpectralMetric {
  if (typeof choice === 'string') {
    if (Object.hasOwn(spectralMetrics, choice)) return spectralMetrics[choice]
    throw new NumbersError(`spectrum: expected a metric of ${spectralMetricNames.join(', ')}, got '${choice}'`)
  }
  const problem = metricProblem(choice)
  if (problem !== undefined) throw new NumbersError(`spectrum: metric: ${problem}; make one with defineMetric`)
  return choice
}

/**
 * Metrics of one spectrum, by their names: those that are asked for, or all of the table {@link spectralMetrics}.
 *
 * @throws RangeError when the table has no metric of a name
 *
 * @example
 * import { measureSpectrum } from 'limn'
 *
 * const spectrum = { eigenvalues: [3, 1], trace: 4 }
 * console.log(measureSpectrum(spectrum, ['conditionNumber', 'effectiveRank']))
 * // { conditionNumber: 3, effectiveRank: 1.3333333333333333 }
 */
export function measureSpectrum(spectrum: Spectrum): SpectralMeasurements
export function measureSpectrum(spectrum: Spectrum, metrics: readonly MetricChoice[]): Measurements
export function measureSpectrum(
  spectrum: Spectrum,
  metrics: readonly MetricChoice[] = spectralMetricNames,
): Measurements {
  return Object.fromEntries(metrics.map(metricOf).map(({ name, measure }) => [name, measure(spectrum)]))
}

/** The reasons for what {@link measureSpectrum} leaves null. */
export function missingMetrics(
  spectrum: Spectrum,
  metrics: readonly MetricChoice[] = spectralMetricNames,
): MissingMetrics {
  const entries = metrics.map(metricOf).map(({ name, reason }) => [name, reason(spectrum)] as const)
  return Object.fromEntries(entries.filter(([, reason]) => reason !== undefined))
}

/** The numbers of a metric's value, each with its name: `rank` alone, or `decay.alpha`, `decay.from`, … */
export function metricParts(name: string, value: unknown): readonly (readonly [string, number | null])[] {
  if (typeof value !== 'object' || value === null) return [[name, value as number | null]]
  return Object.entries(value).map(([key, part]) => [`${name}.${key}`, part as number | null] as const)
}
