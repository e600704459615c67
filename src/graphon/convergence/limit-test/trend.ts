import { fitPowerLaw, rateText, type PowerLawFit } from './power-law.js'
import { meanOf, type Estimate } from './statistics.js'
import { studentQuantile } from './student.js'
import { defaultTolerance, realChange, sureRate, type Judgement } from './verdict.js'
import { NumbersError } from '../../../numbers-error.js'

/** One number of a network, for example a layer's density, followed over a ladder of widths. */
export interface Trend extends Judgement {
  /** Mean over trials with its standard error, per width. */
  readonly points: readonly Estimate[]
  /** Whether it changes with the width by more than noise. */
  readonly moves: boolean
  /** The fitted power of the width; null where nothing moves, or with fewer than three widths. */
  readonly fit: PowerLawFit | null
  /** Bound on the distance from the widest network to the limit, relative to the value there; null when unknown. */
  readonly remaining: number | null
}

export interface TrendOptions {
  /** Relative distance to the limit that counts as arrived. Default 0.05. */
  readonly tolerance?: number
  /** What `remaining` and the tolerance relate to. Default the largest mean. */
  readonly scale?: number
  /** Standard error that a mean has at least, per width: one weight of a matrix, where its density is prescribed. */
  readonly resolution?: readonly number[]
  readonly seed?: number
}

const percent = (value: number): string => `${(100 * value).toPrecision(2)} %`

/** Errors below this share of the scale are rounding: a density that is prescribed has no spread at all. */
const rounding = 1e-6

/**
 * Does a number converge as the width grows? Its changes between widths are held against their standard errors (Student's
 * t beyond 3σ). If nothing moves, it has converged when noise could hide no more than the tolerance. If it moves, the power
 * law m(n) = limit + a · n^{−β} is fitted: `converged` when the distance left, taken at the slow end of β's interval, is within
 * the tolerance, else `drifting` when β is surely below ½, `converging` when it is surely above 0.4.
 *
 * @param widths increasing
 * @param trials values of independent trials, per width
 * @throws RangeError when the numbers of widths differ or a value is not finite
 */
export function trendOf(
  widths: readonly number[],
  trials: readonly (readonly number[])[],
  options: TrendOptions = {},
): Trend {
  if (!(widths.length === trials.length && widths.length > 0)) {
    throw new NumbersError(`trendOf: expected trials of ${widths.length} widths, got ${trials.length}`)
  }
  for (const values of trials) {
    const wrong = values.find((value) => !Number.isFinite(value))
    if (wrong !== undefined) throw new NumbersError(`trendOf: expected finite values, got ${wrong}`)
  }
  const means = trials.map(meanOf)
  const { tolerance = defaultTolerance, seed = 0 } = options
  const scale = options.scale ?? Math.max(...means.map(({ value }) => Math.abs(value)))
  const floor = (k: number) => Math.max(rounding * scale, options.resolution?.[k] ?? 0)
  const points = means.map(({ value, standardError }, k) => ({
    value,
    standardError: Math.max(standardError, floor(k)),
  }))
  const result = (found: Judgement, rest: Partial<Trend> = {}): Trend => ({
    points: means,
    moves: false,
    fit: null,
    remaining: null,
    ...rest,
    ...found,
  })
  if (widths.length < 2) return result({ verdict: 'undecided', reason: 'one width only' })
  if (!(scale > 0)) return result({ verdict: 'converged', reason: 'zero at every width' }, { remaining: 0 })
  const fewest = Math.min(...trials.map(({ length }) => length))
  if (fewest < 2) return result({ verdict: 'undecided', reason: 'one trial only: its noise is unknown' })
  const limit = studentQuantile(realChange, 2 * fewest - 2)
  const change = (i: number, j: number): Estimate => ({
    value: points[j].value - points[i].value,
    standardError: Math.hypot(points[i].standardError, points[j].standardError),
  })
  const last = widths.length - 1
  const changes = points.slice(1).map((_, k) => change(k, k + 1))
  const moves = [...changes, change(0, last)].some(
    ({ value, standardError }) => Math.abs(value) > limit * standardError,
  )
  const lastChange = changes[last - 1]
  if (!moves) {
    const hidden = (Math.abs(lastChange.value) + 2 * lastChange.standardError) / scale
    const reason = `no change beyond noise; at most ${percent(hidden)} from width ${widths[last - 1]} to ${widths[last]}`
    return result({ verdict: hidden <= tolerance ? 'converged' : 'undecided', reason }, { remaining: hidden })
  }
  const seen = `${percent(Math.abs(lastChange.value) / scale)} from width ${widths[last - 1]} to ${widths[last]}`
  if (widths.length < 3) {
    return result({ verdict: 'undecided', reason: `moves by ${seen}; three widths are needed for a rate` }, { moves })
  }
  const fit = fitPowerLaw(widths, points, seed)
  const { evidence, rateInterval } = fit
  const sure = studentQuantile(sureRate, 2 * fewest - 2)
  const largest = Math.abs(lastChange.value) + 2 * lastChange.standardError
  const remaining = largest / ((widths[last] / widths[last - 1]) ** Math.max(rateInterval.lower, 0.02) - 1) / scale
  const rest = { moves, fit, remaining }
  const rate = rateText(fit)
  if (remaining <= tolerance) {
    return result({ verdict: 'converged', reason: `at most ${percent(remaining)} left at ${rate}` }, rest)
  }
  if (evidence.slow > sure) {
    return result(
      { verdict: 'drifting', reason: `still moves by ${seen} at ${rate}: these widths show no limit` },
      rest,
    )
  }
  if (evidence.fast > sure) {
    const left = Math.abs(fit.limit - points[last].value) / scale
    return result({ verdict: 'converging', reason: `about ${percent(left)} left at ${rate}` }, rest)
  }
  return result({ verdict: 'undecided', reason: `moves by ${seen}, but its ${rate} may lead to a limit or not` }, rest)
}
