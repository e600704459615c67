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

/**
 * How many standard errors a Student-t variable with ν degrees of freedom must exceed to be as rare as z standard
 * deviations of a normal one: the Cornish–Fisher expansion to ν⁻³ (Abramowitz and Stegun 26.7.5), 1 % off at z = 3, ν = 6.
 */
export function studentQuantile(z: number, degreesOfFreedom: number): number {
  const nu = degreesOfFreedom
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / nu + second / nu ** 2 + third / nu ** 3
}
