import { randomStream } from '../../../random/random.js'
import type { Estimate } from './statistics.js'
import { convergingRate, driftingRate } from './verdict.js'
import { NumbersError } from '../../../numbers-error.js'

/** What is left of a sequence that moves with the width n: m(n) = limit + amplitude · n^{−rate}. */
export interface PowerLaw {
  /** β: every doubling of the width multiplies the distance to the limit by 2^{−β}. */
  readonly rate: number
  readonly limit: number
  readonly amplitude: number
}

export interface Interval {
  readonly lower: number
  readonly upper: number
}

/**
 * How surely the rate lies on one side of a bound: the signed root of the likelihood ratio, in standard deviations. With
 * three widths this is the studentised contrast of the two changes (Fieller 1954); a percentile bootstrap only estimates it.
 */
export interface RateEvidence {
  /** Of β < `driftingRate`; 0 when the best fit is not below. */
  readonly slow: number
  /** Of β > `convergingRate`; 0 when the best fit is not above. */
  readonly fast: number
}

export interface PowerLawFit extends PowerLaw {
  readonly evidence: RateEvidence
  /** 95 % bootstrap intervals. */
  readonly rateInterval: Interval
  readonly limitInterval: Interval
}

/** Rates looked for: slower than the first is no convergence that a ladder could see, faster than the last is at once. */
export const rateRange = [0.02, 4] as const

const gridPoints = 160
const replicates = 300

const grid: readonly number[] = Array.from(
  { length: gridPoints },
  (_, k) => rateRange[0] * (rateRange[1] / rateRange[0]) ** (k / (gridPoints - 1)),
)

/** A rate with (n / n_1)^{−β} at every width, relative to the first so that no power underflows. */
interface Candidate {
  readonly rate: number
  readonly powers: readonly number[]
}

/** All rates that are tried: the grid, and the bounds that a verdict holds them against. */
function candidatesFor(widths: readonly number[]): Candidate[] {
  const powers = (rate: number) => widths.map((n) => (n / widths[0]) ** -rate)
  return [...grid, driftingRate, convergingRate].map((rate) => ({ rate, powers: powers(rate) }))
}

/** Weighted least squares of y on (1, n^{−β}) for one β. */
function fitAt({ rate, powers: x }: Candidate, y: readonly number[], weights: readonly number[]) {
  let [s, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0]
  for (let k = 0; k < y.length; k++) {
    s += weights[k]
    sx += weights[k] * x[k]
    sy += weights[k] * y[k]
    sxx += weights[k] * x[k] * x[k]
    sxy += weights[k] * x[k] * y[k]
  }
  const amplitude = (s * sxy - sx * sy) / (s * sxx - sx * sx)
  const limit = (sy - amplitude * sx) / s
  let misfit = 0
  for (let k = 0; k < y.length; k++) misfit += weights[k] * (y[k] - limit - amplitude * x[k]) ** 2
  return { rate, limit, amplitude, misfit }
}

interface Fitted {
  readonly rate: number
  readonly misfit: number
}

const smallest = <T extends Fitted>(fits: readonly T[]): T => fits.reduce((a, b) => (b.misfit < a.misfit ? b : a))

/** How much worse a fit becomes when its rate is held on the other side of a bound. */
function rateEvidence(fits: readonly Fitted[]): RateEvidence {
  const best = smallest(fits).misfit
  const without = (allowed: (rate: number) => boolean) =>
    Math.sqrt(Math.max(0, smallest(fits.filter(({ rate }) => allowed(rate))).misfit - best))
  return { slow: without((rate) => rate >= driftingRate), fast: without((rate) => rate <= convergingRate) }
}

/** The middle 95 % of some numbers. */
export function middle95(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]
  return { lower: at(0.025), upper: at(0.975) }
}

/**
 * Fits m(n) = limit + amplitude · n^{−β} by weighted least squares, β on a grid, with 95 % intervals from a parametric
 * bootstrap (normal errors of the given size).
 *
 * @param widths n_1 < n_2 < …, at least three
 * @param estimates of m at these widths, standard errors positive
 * @throws RangeError with fewer than three widths
 */
export function fitPowerLaw(widths: readonly number[], estimates: readonly Estimate[], seed: number): PowerLawFit {
  if (!(widths.length >= 3 && widths.length === estimates.length)) {
    throw new NumbersError(`fitPowerLaw: expected at least 3 widths, got ${widths.length}`)
  }
  const weights = estimates.map(({ standardError }) => standardError ** -2)
  const candidates = candidatesFor(widths)
  const fit = (y: readonly number[]) => candidates.map((candidate) => fitAt(candidate, y, weights))
  const fits = fit(estimates.map(({ value }) => value))
  const found = smallest(fits)
  const random = randomStream(seed, 'power law bootstrap')
  const again = Array.from({ length: replicates }, () =>
    smallest(fit(estimates.map(({ value, standardError }) => value + standardError * random.normal()))),
  )
  return {
    rate: found.rate,
    limit: found.limit,
    amplitude: found.amplitude * widths[0] ** found.rate,
    evidence: rateEvidence(fits),
    rateInterval: middle95(again.map(({ rate }) => rate)),
    limitInterval: middle95(again.map(({ limit }) => limit)),
  }
}

/** A rate with its interval, where an end of {@link rateRange} stands for all that lies beyond it: null. */
export interface BoundedRate {
  readonly rate: number | null
  readonly lower: number | null
  readonly upper: number | null
}

/** What is known of a rate: a fit or an interval that ends where the search does only bounds it from the other side. */
export function boundedRate(fit: { readonly rate: number; readonly rateInterval: Interval }): BoundedRate {
  const [slowest, fastest] = [rateRange[0] * (1 + 1e-9), rateRange[1] * (1 - 1e-9)]
  const { lower, upper } = fit.rateInterval
  return {
    rate: fit.rate > slowest && fit.rate < fastest ? fit.rate : null,
    lower: lower > slowest ? Math.min(lower, rateRange[1]) : null,
    upper: upper < fastest ? Math.max(upper, rateRange[0]) : null,
  }
}

/** `rate 0.31 (0.12 … 0.55)`, `rate 0.31 (at most 0.55)`, `rate at most 0.02`, `rate at least 1.20`. */
export function rateText(fit: { readonly rate: number; readonly rateInterval: Interval }): string {
  const { rate, lower, upper } = boundedRate(fit)
  const bounds =
    lower === null
      ? upper === null
        ? 'unbounded'
        : `at most ${upper.toFixed(2)}`
      : upper === null
        ? `at least ${lower.toFixed(2)}`
        : `${lower.toFixed(2)} … ${upper.toFixed(2)}`
  if (rate === null) return bounds === 'unbounded' ? 'unknown rate' : `rate ${bounds}`
  return `rate ${rate.toFixed(2)} (${bounds})`
}

/** How fast successive changes fall, and the distance to the limit that they imply. */
export interface ChangeFit {
  readonly rate: number
  readonly rateInterval: Interval
  readonly evidence: RateEvidence
  /** Distance of the widest member to the limit, √(Σ of all later changes in one direction). */
  readonly remaining: number
  readonly remainingInterval: Interval
}

/** Weighted least squares of squared changes on c² (n_k^{−β} − n_{k+1}^{−β})² for one β. */
function fitChangesAt({ rate, powers }: Candidate, squares: readonly number[], weights: readonly number[]) {
  const expected = (k: number) => (powers[k] - powers[k + 1]) ** 2
  let [along, norm] = [0, 0]
  for (let k = 0; k < squares.length; k++) {
    along += weights[k] * expected(k) * squares[k]
    norm += weights[k] * expected(k) ** 2
  }
  const amplitude = Math.max(0, along / norm)
  let misfit = 0
  for (let k = 0; k < squares.length; k++) misfit += weights[k] * (squares[k] - amplitude * expected(k)) ** 2
  return { rate, remaining: Math.sqrt(amplitude) * powers[powers.length - 1], misfit }
}

/**
 * Fits squared distances between successive members of a sequence that approaches its limit like n^{−β} along one
 * direction: c² (n_k^{−β} − n_{k+1}^{−β})².
 *
 * @param widths n_1 < n_2 < …, at least three
 * @param squaredChanges between successive widths, one fewer; noise subtracted, so that they may be negative
 * @throws RangeError with fewer than three widths, or another number of changes
 */
export function fitChanges(widths: readonly number[], squaredChanges: readonly Estimate[], seed: number): ChangeFit {
  if (!(widths.length >= 3 && squaredChanges.length === widths.length - 1)) {
    throw new NumbersError(
      `fitChanges: expected at least 3 widths and one change fewer, got ${widths.length} and ${squaredChanges.length}`,
    )
  }
  const weights = squaredChanges.map(({ standardError }) => standardError ** -2)
  const candidates = candidatesFor(widths)
  const fit = (squares: readonly number[]) => candidates.map((candidate) => fitChangesAt(candidate, squares, weights))
  const fits = fit(squaredChanges.map(({ value }) => value))
  const { rate, remaining } = smallest(fits)
  const random = randomStream(seed, 'change bootstrap')
  const again = Array.from({ length: replicates }, () =>
    smallest(fit(squaredChanges.map(({ value, standardError }) => value + standardError * random.normal()))),
  )
  return {
    rate,
    remaining,
    evidence: rateEvidence(fits),
    rateInterval: middle95(again.map((found) => found.rate)),
    remainingInterval: middle95(again.map((found) => found.remaining)),
  }
}
