import { entryProblem } from '../../../data/open-table.js'
import type { Matrix } from '../../../linalg/matrix.js'
import {
  holdContest,
  judge,
  leastError,
  showsStructure,
  type Contest,
  type Prepare,
  type Scored,
  type Scores,
} from '../fit/contest.js'
import type { Fit } from '../fit/fit.js'
import type { ChainInput, Estimator, PlacedChain, Values } from './estimator.js'

/** How an estimator fares on the held-out entries of one matrix, and what it makes of all entries. */
export interface Search extends Scores {
  readonly fit: () => Fit
}

/** An estimator by one method, that can be compared with others. */
export interface Candidate extends Estimator {
  /**
   * Chooses what there is to choose on the contest's held-out entries.
   *
   * @param leader errors of another estimator: undefined is returned when this one is hopeless beside it
   */
  search(contest: Contest, leader?: Scores): Search | undefined
  /** `chain` for other matrices of the same network, with what there is to choose chosen on these. */
  tunedChain(matrices: readonly Values[], seed: number): (input: ChainInput) => PlacedChain
}

/** Estimates of one matrix that differ in one setting. */
export interface Family<Setting> {
  /** What is tried; the first is the plain density, when there is such a setting. */
  readonly settings: (values: Values) => readonly Setting[]
  /** What all settings share is done once. */
  readonly prepare: (values: Values, seed: number) => (setting: Setting) => Fit
}

/** The best of the settings that were not given up; the first, when nothing errs clearly less than the density. */
export function chosen<Setting>(
  contest: Contest,
  scored: readonly Scored<Setting>[],
  first: Setting,
): Scored<Setting> | undefined {
  const best = leastError(scored)
  if (!best || showsStructure(contest, best)) return best
  return scored.find(({ setting }) => setting === first) ?? best
}

/** Chooses the setting of a family for one matrix. */
export function searchFamily<Setting>(
  { settings, prepare }: Family<Setting>,
  contest: Contest,
  leader?: Scores,
): (Search & Scored<Setting>) | undefined {
  const [values] = contest.matrices
  const options = settings(values)
  const fitted: Prepare<Setting> = ([train]) => {
    const fit = prepare(train, contest.seed)
    return (setting) => [fit(setting)]
  }
  const best = chosen(contest, judge(contest, options, fitted, leader), options[0])
  return best && { ...best, fit: () => prepare(values, contest.seed)(best.setting) }
}

/** The setting that a family takes for one matrix by itself. */
export function tunedSetting<Setting>(family: Family<Setting>, values: Values, seed: number): Setting {
  const options = family.settings(values)
  if (options.length === 1) return options[0]
  return searchFamily(family, holdContest([values], { seed }))!.setting
}

/** P̂ of one matrix by itself. */
export function fittedFamily<Setting>(family: Family<Setting>, values: Values, seed: number): Matrix {
  return family
    .prepare(
      values,
      seed,
    )(tunedSetting(family, values, seed))
    .all()
}

/** What keeps a value, such as a module's export, from being a {@link Candidate}; undefined for one. */
export const candidateProblem = (value: unknown): string | undefined =>
  entryProblem(value, 'an estimator', {
    name: 'string',
    summary: 'string',
    probabilities: 'function',
    chain: 'function',
    layer: 'function',
    search: 'function',
    tunedChain: 'function',
  })
