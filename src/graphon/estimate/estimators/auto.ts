import type { Matrix } from '../../../linalg/matrix.js'
import { expandBins } from '../fit/binning.js'
import { holdContest, judge, leastError, type Contest, type Scored, type Scores } from '../fit/contest.js'
import { denseFit } from '../fit/fit.js'
import type { Candidate, Search } from './candidate.js'
import { candidates, type CandidateName } from './candidates.js'
import type { ChainInput, Estimator, PlacedChain, Values } from './estimator.js'

/** In this order: those that cost little first, since what they reach spares the others the folds of a lost race. */
const order = [
  'histogram',
  'degree-product',
  'usvt',
  'sort-smooth',
  'block-model',
  'neighbourhood',
  'aligned',
] as const satisfies readonly CandidateName[]

/** P̂ of every entry of every matrix as a chain and its units' bins have it. */
export function chainEntries({ chain, binOf }: PlacedChain): Matrix[] {
  const own = (n: number) => Int32Array.from({ length: n }, (_, i) => i)
  const axes = [own(chain.W[0].cols), ...binOf, own(chain.W.at(-1)!.rows)]
  return chain.W.map((W, l) => expandBins(W, axes[l + 1], axes[l]))
}

/** The best of what every candidate makes of the same contest, each told of the best before it. */
function race<Entry extends Scores>(enter: (candidate: Candidate, leader?: Entry) => Entry | undefined): Entry {
  let best: Entry | undefined
  for (const name of order) {
    const entry = enter(candidates[name], best)
    if (entry) best = best ? leastError([best, entry]) : entry
  }
  return best!
}

/**
 * The estimator of a chain that errs least on held-out entries of all its matrices. What each has to choose is chosen in the
 * first fold and kept for the others.
 */
export function bestForChain({ masks, bins, seed }: Pick<ChainInput, 'masks' | 'bins' | 'seed'>): Candidate {
  const contest = holdContest(masks, { seed, purpose: 'compare' })
  return race<Scored<Candidate>>((candidate, leader) => {
    const first = contest.rounds[0].map(({ train }) => train)
    const chain = candidate.tunedChain(first, seed)
    const prepare = (train: readonly Matrix[]) => () =>
      chainEntries(chain({ masks: train, bins, seed })).map((known) => denseFit(known))
    return judge(contest, [candidate], prepare, leader).at(0)
  }).setting
}

/** One estimator on the held-out entries of several trials. */
export interface TrialSearch extends Scores {
  readonly candidate: Candidate
  /** Per trial. */
  readonly searches: readonly Search[]
}

/** How one estimator fares, each trial tuned by itself; undefined when it is hopeless beside the leader in any. */
export function searchTrials(
  candidate: Candidate,
  contests: readonly Contest[],
  leader?: TrialSearch,
): TrialSearch | undefined {
  const searches: Search[] = []
  for (const [trial, contest] of contests.entries()) {
    const search = candidate.search(contest, leader?.searches[trial])
    if (!search) return undefined
    searches.push(search)
  }
  const squares = searches.reduce((sum, search) => sum + search.squares, 0)
  return { candidate, searches, squares, errors: searches.flatMap(({ errors }) => errors) }
}

/** The estimator that errs least on the held-out entries of all trials, with its choices made on the same ones. */
export function bestOfTrials(contests: readonly Contest[]): TrialSearch {
  return race((candidate, leader) => searchTrials(candidate, contests, leader))
}

/** {@link bestOfTrials} for one matrix. */
export function bestForMatrix(values: Values, seed: number): Search & { readonly candidate: Candidate } {
  const { candidate, searches } = bestOfTrials([holdContest([values], { seed })])
  return { ...searches[0], candidate }
}

/**
 * Whichever estimator errs least on held-out entries of the masks at hand: each is fitted to nine tenths of the entries and
 * asked for the others. No estimator is best for every graphon; this one is near the best for each.
 */
export const auto: Estimator = {
  name: 'auto',
  summary: 'whichever of these errs least on held-out entries',
  probabilities(values, { bins, seed }) {
    const best = bestForMatrix(values, seed)
    return bins === 'auto' ? best.fit().all() : best.candidate.probabilities(values, { bins, seed })
  },
  chain(input) {
    return bestForChain(input).chain(input)
  },
  layer(values, K, seed) {
    return bestForMatrix(values, seed).candidate.layer(values, K, seed)
  },
}
