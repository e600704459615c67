import { requireFunction, requireName } from '../data/open-table.js'
import { levelsOf, notPositive, type Levels } from './levels.js'
import { isComplete, type MetricValue, type SpectralMetric, type Spectrum } from './metric.js'
import { NumbersError } from '../numbers-error.js'

/** A spectral metric in a few lines. */
export interface MetricDefinition {
  /** Short and stable: the key in documents and tables. */
  readonly name: string
  /** For tables and figures; default: the name. */
  readonly label?: string
  /** One line: formula and range. */
  readonly description?: string
  /** Whether it is null for a kernel that is zero or not positive semidefinite, as ranks and shares are. Default true. */
  readonly needsPositive?: boolean
  /** Whether it is null where only the largest eigenvalues are known. Default false. */
  readonly needsAll?: boolean
  /**
   * A number, or a record of numbers; null where it is not defined.
   *
   * @param levels up to which eigenvalues are not told from 0
   */
  readonly measure: (spectrum: Spectrum, levels: Levels) => MetricValue
  /** Why `measure` gives null beyond what `needsPositive` and `needsAll` say. Default: that it is not defined. */
  readonly reason?: string
}

const numbersOf = (value: MetricValue): (number | null)[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [value]

/** @throws RangeError for what is neither a finite number nor null, nor a record of these */
function requireNumbers(name: string, value: MetricValue): MetricValue {
  const wrong = numbersOf(value).find((number) => number !== null && !Number.isFinite(number))
  if (wrong === undefined) return value
  throw new NumbersError(`${name}: expected a finite number, null, or a record of these, got ${String(wrong)}`)
}

/**
 * A spectral metric from a function of the eigenvalues, for `spectrum`, for `limn spectrum --metric ./my-metric.js` and for
 * studies.
 *
 * @throws TypeError when the name is no text or `measure` no function
 * @example
 * import { defineMetric, matrixOf, spectrum } from 'limn'
 *
 * const participation = defineMetric({
 *   name: 'participation',
 *   needsAll: true,
 *   measure: ({ eigenvalues, trace }) => trace ** 2 / Array.from(eigenvalues).reduce((sum, value) => sum + value ** 2, 0),
 * })
 * const kernel = matrixOf([[2, 0], [0, 2]])
 * console.log(spectrum(kernel, { metrics: [participation] }).metrics) // { participation: 2 }
 */
export function defineMetric(definition: MetricDefinition): SpectralMetric<MetricValue> {
  const { name, label = name, description = label, needsPositive = true, needsAll = false } = definition
  requireName('defineMetric', name)
  requireFunction('defineMetric', definition, 'measure', definition.measure)
  const lacks = (spectrum: Spectrum): string | undefined => {
    const zero = needsPositive ? notPositive(spectrum) : undefined
    return zero ?? (needsAll && !isComplete(spectrum) ? 'needs all eigenvalues' : undefined)
  }
  const measure = (spectrum: Spectrum): MetricValue =>
    lacks(spectrum) === undefined ? requireNumbers(name, definition.measure(spectrum, levelsOf(spectrum))) : null
  return {
    name,
    label,
    description,
    measure,
    reason: (spectrum) =>
      lacks(spectrum) ??
      (numbersOf(measure(spectrum)).includes(null) ? (definition.reason ?? 'not defined for this kernel') : undefined),
  }
}
