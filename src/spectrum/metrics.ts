import { conditionNumber } from './condition-number.js'
import { decay } from './decay.js'
import { effectiveRank } from './effective-rank.js'
import { entropyRank } from './entropy-rank.js'
import { gap } from './gap.js'
import type { SpectralMetric, Spectrum } from './metric.js'
import { rank } from './rank.js'
import { topEnergy } from './top-energy.js'

/** Every metric of a spectrum, in the order of the spectrum document. */
export const spectralMetrics = {
  decay,
  effectiveRank,
  entropyRank,
  gap,
  topEnergy,
  conditionNumber,
  rank,
} as const satisfies Record<string, SpectralMetric<unknown>>

export type SpectralMetricName = keyof typeof spectralMetrics

export type SpectralMeasurements = {
  readonly [Name in SpectralMetricName]: ReturnType<(typeof spectralMetrics)[Name]['measure']>
}

/** All metrics of one spectrum. */
export function measureSpectrum(spectrum: Spectrum): SpectralMeasurements {
  const entries = Object.entries(spectralMetrics).map(([name, { measure }]) => [name, measure(spectrum)])
  return Object.fromEntries(entries) as SpectralMeasurements
}

/** Why metrics are null, in words; only of those that are, or hold a null. */
export type MissingMetrics = { readonly [Name in SpectralMetricName]?: string }

/** The reasons for what {@link measureSpectrum} leaves null. */
export function missingMetrics(spectrum: Spectrum): MissingMetrics {
  const entries = Object.entries(spectralMetrics).map(([name, { reason }]) => [name, reason(spectrum)] as const)
  return Object.fromEntries(entries.filter(([, reason]) => reason !== undefined))
}
