/**
 * - `converged`: what is left to the limit is below the tolerance;
 * - `converging`: it still moves, at a rate that leads to a limit;
 * - `drifting`: it moves, and the change per doubling of the width hardly falls: these widths show no limit, which does not say that
 *   there is none;
 * - `undecided`: the widths or trials at hand do not tell.
 */
export const verdicts = ['converged', 'converging', 'drifting', 'undecided'] as const

export type Verdict = (typeof verdicts)[number]

export interface Judgement {
  readonly verdict: Verdict
  /** One clause with the numbers behind it. */
  readonly reason: string
}

/**
 * A sequence drifts when its rate β is surely below this one. 1/√n is the slowest rate that theory offers a layer with a
 * limit (a global threshold of magnitudes fills the first matrix at that rate); a change like 1/log n has a local rate of
 * 2/ln n, below from n = 55 on. At rate ½ a doubling of the width leaves 71 % of the distance to the limit.
 */
export const driftingRate = 0.5

/**
 * It converges when β is surely above this one. Lower than `driftingRate`, so that a sequence like 1/√n, which lies
 * on that boundary, can be told to converge; where both are sure, it drifts.
 */
export const convergingRate = 0.4

/** Relative distance to the limit that counts as arrived. */
export const defaultTolerance = 0.05

/** Standard deviations beyond which a change is real. */
export const realChange = 3

/** Standard deviations beyond which a rate is surely on one side of a bound: 1 % to err on that side of each matrix. */
export const sureRate = 2.326

const rank: Readonly<Record<Verdict, number>> = { converged: 0, converging: 1, undecided: 2, drifting: 3 }

/** The worst of several verdicts: one that drifts makes all drift. */
export function worst(values: readonly Verdict[]): Verdict {
  return values.reduce((a, b) => (rank[b] > rank[a] ? b : a), 'converged')
}
