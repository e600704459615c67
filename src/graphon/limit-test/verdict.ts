/**
 * - `converged`: what is left to the limit is below the tolerance;
 * - `converging`: it still moves, at a rate that leads to a limit;
 * - `drifting`: it moves, and the change per doubling of the width hardly falls: no limit is in sight;
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
 * The rate β that separates `converging` from `drifting`. At 0.45 a doubling of the width leaves 73 % of the distance to
 * the limit, which is then 2.7 times the last change seen; below, any such limit is a guess. Fixed inputs and outputs
 * shrink like 1/n and noise like 1/√n, both above; a change like 1/log n has a fitted rate near 2/ln n, below from n = 85 on.
 */
export const slowestRate = 0.45

/** Relative distance to the limit that counts as arrived. */
export const defaultTolerance = 0.05

/** Standard deviations beyond which a change is real. */
export const realChange = 3

const rank: Readonly<Record<Verdict, number>> = { converged: 0, converging: 1, undecided: 2, drifting: 3 }

/** The worst of several verdicts: one that drifts makes all drift. */
export function worst(values: readonly Verdict[]): Verdict {
  return values.reduce((a, b) => (rank[b] > rank[a] ? b : a), 'converged')
}
