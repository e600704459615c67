import type { Estimate } from './statistics.js'
import { NumbersError } from '../../../numbers-error.js'

/** Trials of one estimate: vectors of equal length, one per independent trial. */
export type Trials = readonly Float64Array[]

interface Moments {
  readonly mean: Float64Array
  /** a_i = x_i − mean, per trial. */
  readonly deviations: Trials
  /** ‖a_i‖², per trial, with its sum. */
  readonly squares: readonly number[]
  readonly total: number
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}

function moments(trials: Trials): Moments {
  const mean = new Float64Array(trials[0].length)
  for (const x of trials) for (let k = 0; k < mean.length; k++) mean[k] += x[k] / trials.length
  const deviations = trials.map((x) => x.map((value, k) => value - mean[k]))
  const squares = deviations.map((a) => inner(a, a))
  return { mean, deviations, squares, total: squares.reduce((sum, q) => sum + q, 0) }
}

/** Squared error of the mean of T trials, ‖x̄ − E x‖², estimated from their spread. */
export const noiseOf = ({ total, squares: { length: T } }: Moments): number => total / (T - 1) / T

/** Jackknife variance over the trials of one side, `difference` being their mean minus the other side. */
function jackknife({ deviations, squares, total }: Moments, difference: Float64Array, distance: number): number {
  const T = squares.length
  const left = deviations.map((a, i) => {
    const shifted = distance - (2 * inner(a, difference)) / (T - 1) + squares[i] / (T - 1) ** 2
    const noise = (total - (squares[i] * T) / (T - 1)) / (T - 2) / (T - 1)
    return shifted - noise
  })
  const mean = left.reduce((sum, value) => sum + value, 0) / T
  return ((T - 1) / T) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/**
 * ‖E x − E y‖² from independent trials of x and of y without the noise that ‖x̄ − ȳ‖² carries: the U-statistic
 * ‖x̄ − ȳ‖² − s_x²/T_x − s_y²/T_y, which may come out negative, with a jackknife standard error. Where both means agree the
 * statistic is degenerate and the jackknife errs on the large side.
 *
 * @param y trials, or one vector that is known exactly
 * @throws RangeError with fewer than three trials
 */
export function squaredDistance(x: Trials, y: Trials | Float64Array): Estimate {
  const fewest = Math.min(x.length, y instanceof Float64Array ? Infinity : y.length)
  if (!(fewest >= 3)) throw new NumbersError(`squaredDistance: expected at least 3 trials, got ${fewest}`)
  const left = moments(x)
  const right = y instanceof Float64Array ? undefined : moments(y)
  const other = y instanceof Float64Array ? y : right!.mean
  const difference = left.mean.map((value, k) => value - other[k])
  const distance = inner(difference, difference)
  const value = distance - noiseOf(left) - (right ? noiseOf(right) : 0)
  let variance = jackknife(left, difference, distance)
  if (right) {
    variance += jackknife(
      right,
      difference.map((d) => -d),
      distance,
    )
  }
  return { value, standardError: Math.sqrt(variance) }
}

/** Squared error of the mean over trials: what of a distance is noise. */
export function meanNoise(x: Trials): number {
  if (!(x.length >= 2)) throw new NumbersError(`meanNoise: expected at least 2 trials, got ${x.length}`)
  return noiseOf(moments(x))
}
