import { fitChanges, rateText, type ChangeFit } from './power-law.js'
import type { Estimate } from './statistics.js'
import { studentQuantile } from './student.js'
import { defaultTolerance, realChange, sureRate, type Judgement } from './verdict.js'

/** How the normalised graphon of one matrix changes over a ladder of widths. */
export interface ShapeTrend extends Judgement {
  readonly moves: boolean
  readonly fit: ChangeFit | null
  /** Bound on the L2 distance from the widest to the limit, relative to ‖W/ρ‖; null when unknown. */
  readonly remaining: number | null
}

export interface ShapeChanges {
  readonly widths: readonly number[]
  /** Squared L2 distances between successive widths without noise and sorting bias, one fewer than widths. */
  readonly successive: readonly Estimate[]
  /** Squared distance from the narrowest to the widest, corrected alike. */
  readonly whole: Estimate
  /** ‖W/ρ‖ at the widest. */
  readonly scale: number
  /** Fewest trials of a width. */
  readonly trials: number
}

const percent = (value: number): string => `${(100 * value).toPrecision(2)} %`

/**
 * The judgement of `trendOf` for a graphon in place of a number: its changes are L2 distances, whose squares are
 * free of noise on average.
 */
export function shapeTrend(
  { widths, successive, whole, scale, trials }: ShapeChanges,
  { tolerance = defaultTolerance, seed = 0 }: { readonly tolerance?: number; readonly seed?: number } = {},
): ShapeTrend {
  const none = { moves: false, fit: null, remaining: null }
  if (widths.length < 2) return { ...none, verdict: 'undecided', reason: 'one width only' }
  const limit = studentQuantile(realChange, 2 * trials - 2)
  const moves = [...successive, whole].some(({ value, standardError }) => value > limit * standardError)
  const last = successive[successive.length - 1]
  const [narrow, wide] = widths.slice(-2)
  const largest = Math.sqrt(Math.max(0, last.value) + 2 * last.standardError) / scale
  if (!moves) {
    const reason = `no change beyond noise; at most ${percent(largest)} from width ${narrow} to ${wide}`
    return { moves, fit: null, remaining: largest, verdict: largest <= tolerance ? 'converged' : 'undecided', reason }
  }
  const seen = `${percent(Math.sqrt(Math.max(0, last.value)) / scale)} from width ${narrow} to ${wide}`
  if (widths.length < 3) {
    const reason = `moves by ${seen}; three widths are needed for a rate`
    return { ...none, moves, verdict: 'undecided', reason }
  }
  const fit = fitChanges(widths, successive, seed)
  const {
    evidence,
    rateInterval: { lower },
  } = fit
  const sure = studentQuantile(sureRate, 2 * trials - 2)
  const remaining = largest / ((wide / narrow) ** Math.max(lower, 0.02) - 1)
  const rate = rateText(fit)
  const found = { moves, fit, remaining }
  if (remaining <= tolerance) {
    return { ...found, verdict: 'converged', reason: `at most ${percent(remaining)} left at ${rate}` }
  }
  if (evidence.slow > sure) {
    return { ...found, verdict: 'drifting', reason: `still moves by ${seen} at ${rate}: these widths show no limit` }
  }
  if (evidence.fast > sure) {
    return { ...found, verdict: 'converging', reason: `about ${percent(fit.remaining / scale)} left at ${rate}` }
  }
  return { ...found, verdict: 'undecided', reason: `moves by ${seen}, but its ${rate} may lead to a limit or not` }
}
