import { studentQuantile } from '../../graphon/convergence/limit-test/student.js'
import { meanAndSd } from '../../linalg/statistics.js'

/** One number of one study: over networks, or a value of which no spread is known. */
export interface Sample {
  readonly mean: number
  /** Over networks, with the divisor n − 1. */
  readonly sd: number
  /** Networks; 0 for a value of which no spread is known. */
  readonly n: number
  /** By network, where they are known one by one. */
  readonly values?: readonly number[]
  /** Which network of the study each value is of; with `values`. */
  readonly trials?: readonly number[]
}

/** What two samples say of a difference: B is above or below A beyond chance, nothing sure, or nothing can be said. */
export type ComparedOutcome = 'same' | 'above' | 'below' | 'open' | 'unknown'

export interface Difference {
  /** B's mean less A's. */
  readonly difference: number
  /** 95 %, Student's t; null with fewer than two networks in a study. */
  readonly interval: readonly [number, number] | null
  /** Whether networks that began with the same weights were subtracted one from another. */
  readonly paired: boolean
  readonly outcome: ComparedOutcome
}

/** 95 % of a normal variable lie within so many deviations. */
const z95 = 1.959963984540054

/** @param trials which networks the values are of. Default: the first ones */
export const sampleOf = (values: readonly number[], trials: readonly number[] = values.map((_, k) => k)): Sample => ({
  ...meanAndSd(values),
  n: values.length,
  values,
  trials,
})

const areAlike = (a: readonly number[] = [], b: readonly number[] = []): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i])

function judge(difference: number, error: number, degrees: number, paired: boolean): Difference {
  const reach = error === 0 ? 0 : error * studentQuantile(z95, degrees)
  const interval = [difference - reach, difference + reach] as const
  const outcome = interval[0] > 0 ? 'above' : interval[1] < 0 ? 'below' : 'open'
  return { difference, interval, paired, outcome }
}

/**
 * B less A with its 95 % interval: of pairs by the paired t test, else by Welch's with its degrees of freedom rounded down.
 *
 * @param mayPair whether networks of one trial began with the same weights; they are paired where both have the same trials
 */
export function differenceOf(a: Sample, b: Sample, mayPair: boolean): Difference {
  const difference = b.mean - a.mean
  const [left, right] = [a.values, b.values]
  const isSame =
    a.n === b.n && areAlike(left ?? [a.mean, a.sd], right ?? [b.mean, b.sd]) && areAlike(a.trials, b.trials)
  if (isSame) {
    return { difference: 0, interval: null, paired: mayPair, outcome: 'same' }
  }
  if (a.n < 2 || b.n < 2) return { difference, interval: null, paired: false, outcome: 'unknown' }
  if (mayPair && left && right && areAlike(a.trials, b.trials)) {
    const { mean, sd } = meanAndSd(right.map((value, i) => value - left[i]))
    return judge(mean, sd / Math.sqrt(left.length), left.length - 1, true)
  }
  const [u, v] = [a.sd ** 2 / a.n, b.sd ** 2 / b.n]
  const squares = u ** 2 / (a.n - 1) + v ** 2 / (b.n - 1)
  const degrees = squares > 0 ? Math.floor((u + v) ** 2 / squares) : a.n + b.n - 2
  return judge(difference, Math.sqrt(u + v), Math.max(1, degrees), false)
}
