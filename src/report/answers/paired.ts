import { meanOf } from '../../graphon/convergence/limit-test/statistics.js'
import { studentQuantile } from '../../graphon/convergence/limit-test/student.js'

/** A number of one trial. Trials of one index begin with the same weights, whatever prunes them. */
export interface OfTrial {
  readonly trial: number
  readonly value: number
}

/** How much larger one method's numbers are than another's, over the trials that both have. */
export interface Difference {
  readonly pairs: number
  readonly mean: number
  /** Ends of the 95 % interval of the mean; null with fewer than two pairs. */
  readonly interval: { readonly lower: number; readonly upper: number } | null
}

/** Normal deviations with 95 % between them. */
const z = 1.959964

/** Student's t with 95 % between −t and t. */
export const student95 = (degreesOfFreedom: number): number => studentQuantile(z, degreesOfFreedom)

/** Mean of b − a over the trials that both have, with Student's interval of paired differences; null without a pair. */
export function pairedDifference(a: readonly OfTrial[], b: readonly OfTrial[]): Difference | null {
  const differences = a.flatMap(({ trial, value }) => {
    const other = b.find((one) => one.trial === trial)
    return other ? [other.value - value] : []
  })
  const pairs = differences.length
  if (pairs === 0) return null
  const { value: mean, standardError } = meanOf(differences)
  if (pairs === 1) return { pairs, mean, interval: null }
  const half = student95(pairs - 1) * standardError
  return { pairs, mean, interval: { lower: mean - half, upper: mean + half } }
}

/** Whether two methods differ by more than chance between trials explains; null where one pair cannot tell. */
export function differs(difference: Difference | null): boolean | null {
  const interval = difference?.interval ?? null
  return interval === null ? null : interval.lower > 0 || interval.upper < 0
}
