import type { Findings, TrainingFinding } from '../study/findings.js'
import { formatCount, formatNumber, readsEqual } from './format.js'
import { methodLabel } from './labels.js'

/** The least and the largest step size of some trained networks; null for none. */
export function stepSizeRange(trials: readonly TrainingFinding[]): { least: number; most: number } | null {
  if (trials.length === 0) return null
  const sizes = trials.map(({ learningRate }) => learningRate)
  return { least: Math.min(...sizes), most: Math.max(...sizes) }
}

/** `0.0123`, or `0.0123 … 0.0456` where networks had different ones. */
export function formatStepSize(trials: readonly TrainingFinding[]): string {
  const range = stepSizeRange(trials)
  if (!range) return formatNumber(null)
  const { least, most } = range
  return readsEqual(least, most) ? formatNumber(most) : `${formatNumber(least)} … ${formatNumber(most)}`
}

/** How many times larger the largest step size is than the least: `17`, `1.31`; null where all read the same. */
export function stepSizeFactor(trials: readonly TrainingFinding[]): string | null {
  const range = stepSizeRange(trials)
  if (!range || readsEqual(range.least, range.most)) return null
  const factor = range.most / range.least
  return factor >= 10 && factor < 1e5 ? formatCount(Math.round(factor)) : formatNumber(factor)
}

/** `SNIP (step size 0.0123)`: a method in a comparison after training. */
export function methodWithStep(method: string, trials: readonly TrainingFinding[]): string {
  const own = trials.filter((trial) => trial.method === method)
  return `${methodLabel(method)} (step size ${formatStepSize(own)})`
}

/** The rule by which every step size of a study came about. */
export function stepRule({ protocol: { stepSize } }: Findings): string {
  return 'fixed' in stepSize
    ? `${formatNumber(stepSize.fixed)} for every network`
    : `${formatNumber(stepSize.share)} · N / λ_max of each network’s own empirical NTK`
}
