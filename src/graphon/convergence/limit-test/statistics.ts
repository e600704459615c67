import { mean } from '../../../linalg/statistics.js'

/** A number with its standard error. */
export interface Estimate {
  readonly value: number
  readonly standardError: number
}

/**
 * Mean and standard error of independent samples.
 *
 * @returns standard error NaN for one sample: unknown
 */
export function meanOf(samples: readonly number[]): Estimate {
  const count = samples.length
  const value = mean(samples)
  const squares = samples.reduce((sum, x) => sum + (x - value) ** 2, 0)
  return { value, standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : NaN }
}
