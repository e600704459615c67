import { randomStream } from '../../random/random.js'
import type { Estimate } from './statistics.js'

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

export interface PowerLawFit extends PowerLaw {
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

/** Weighted least squares of y on (1, n^{−β}) for one β. */
function fitAt(rate: number, widths: readonly number[], y: readonly number[], weights: readonly number[]) {
  let [s, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0]
  // Relative to the first width, so that no power underflows.
  const x = widths.map((n) => (n / widths[0]) ** -rate)
  y.forEach((value, k) => {
    s += weights[k]
    sx += weights[k] * x[k]
    sy += weights[k] * value
    sxx += weights[k] * x[k] ** 2
    sxy += weights[k] * x[k] * value
  })
  const amplitude = (s * sxy - sx * sy) / (s * sxx - sx * sx)
  const limit = (sy - amplitude * sx) / s
  const misfit = y.reduce((sum, value, k) => sum + weights[k] * (value - limit - amplitude * x[k]) ** 2, 0)
  return { rate, limit, amplitude: amplitude * widths[0] ** rate, misfit }
}

function bestFit(widths: readonly number[], y: readonly number[], weights: readonly number[]): PowerLaw {
  return grid.map((rate) => fitAt(rate, widths, y, weights)).reduce((a, b) => (b.misfit < a.misfit ? b : a))
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
    throw new RangeError(`fitPowerLaw: expected at least 3 widths, got ${widths.length}`)
  }
  const weights = estimates.map(({ standardError }) => standardError ** -2)
  const found = bestFit(
    widths,
    estimates.map(({ value }) => value),
    weights,
  )
  const random = randomStream(seed, 'power law bootstrap')
  const again = Array.from({ length: replicates }, () =>
    bestFit(
      widths,
      estimates.map(({ value, standardError }) => value + standardError * random.normal()),
      weights,
    ),
  )
  return {
    rate: found.rate,
    limit: found.limit,
    amplitude: found.amplitude,
    rateInterval: middle95(again.map(({ rate }) => rate)),
    limitInterval: middle95(again.map(({ limit }) => limit)),
  }
}

/** How fast successive changes fall, and the distance to the limit that they imply. */
export interface ChangeFit {
  readonly rate: number
  readonly rateInterval: Interval
  /** Distance of the widest member to the limit, √(Σ of all later changes in one direction). */
  readonly remaining: number
  readonly remainingInterval: Interval
}

function bestChangeFit(widths: readonly number[], squares: readonly number[], weights: readonly number[]) {
  const last = widths[widths.length - 1] / widths[0]
  let best = { rate: NaN, remaining: NaN, misfit: Infinity }
  for (const rate of grid) {
    const powers = widths.map((n) => (n / widths[0]) ** -rate)
    const shape = squares.map((_, k) => (powers[k] - powers[k + 1]) ** 2)
    const along = (y: readonly number[]) => y.reduce((sum, value, k) => sum + weights[k] * shape[k] * value, 0)
    const amplitude = Math.max(0, along(squares) / along(shape))
    const misfit = squares.reduce((sum, y, k) => sum + weights[k] * (y - amplitude * shape[k]) ** 2, 0)
    if (misfit < best.misfit) best = { rate, remaining: Math.sqrt(amplitude) * last ** -rate, misfit }
  }
  return best
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
    throw new RangeError(
      `fitChanges: expected at least 3 widths and one change fewer, got ${widths.length} and ${squaredChanges.length}`,
    )
  }
  const weights = squaredChanges.map(({ standardError }) => standardError ** -2)
  const fit = (draw: () => number) =>
    bestChangeFit(
      widths,
      squaredChanges.map(({ value, standardError }) => value + standardError * draw()),
      weights,
    )
  const { rate, remaining } = fit(() => 0)
  const random = randomStream(seed, 'change bootstrap')
  const again = Array.from({ length: replicates }, () => fit(() => random.normal()))
  return {
    rate,
    remaining,
    rateInterval: middle95(again.map((found) => found.rate)),
    remainingInterval: middle95(again.map((found) => found.remaining)),
  }
}
