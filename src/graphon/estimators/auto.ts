import type { Matrix } from '../../linalg/matrix.js'
import { expandBins } from '../binning.js'
import { tuneAll } from '../held-out.js'
import { candidateNames, candidates, type CandidateName } from './candidates.js'
import type { ChainInput, Estimator, PlacedChain, Values } from './estimator.js'

/** Folds that the estimators are compared on: each is fitted once per fold, tuning included. */
const comparedFolds = 5

/** P̂ of every entry of every matrix as a chain and its units' bins have it. */
export function chainEntries({ chain, binOf }: PlacedChain): Matrix[] {
  const own = (n: number) => Int32Array.from({ length: n }, (_, i) => i)
  const axes = [own(chain.W[0].cols), ...binOf, own(chain.W.at(-1)!.rows)]
  return chain.W.map((W, l) => expandBins(W, axes[l + 1], axes[l]))
}

/** The estimator of a chain that errs least on held-out entries of all its matrices. */
export function bestForChain({ masks, bins, seed }: Pick<ChainInput, 'masks' | 'bins' | 'seed'>): CandidateName {
  const prepare = (train: readonly Matrix[]) => (name: CandidateName) =>
    chainEntries(candidates[name].chain({ masks: train, bins, seed }))
  return tuneAll(masks, candidateNames, prepare, { seed, most: comparedFolds, purpose: 'compare' })
}

/** The estimator of one matrix by itself that errs least on held-out entries. */
export function bestForMatrix(values: Values, seed: number): CandidateName {
  const prepare =
    ([train]: readonly Matrix[]) =>
    (name: CandidateName) => [candidates[name].probabilities(train, { bins: 'auto', seed })]
  return tuneAll([values], candidateNames, prepare, { seed, most: comparedFolds, purpose: 'compare' })
}

/**
 * Whichever estimator errs least on held-out entries of the masks at hand: each is fitted to nine tenths of the entries and
 * asked for the others. No estimator is best for every graphon; this one is near the best for each, at the cost of all.
 */
export const auto: Estimator = {
  summary: 'whichever of these errs least on held-out entries',
  probabilities(values, { bins, seed }) {
    return candidates[bestForMatrix(values, seed)].probabilities(values, { bins, seed })
  },
  chain(input) {
    return candidates[bestForChain(input)].chain(input)
  },
  layer(values, K, seed) {
    return candidates[bestForMatrix(values, seed)].layer(values, K, seed)
  },
}
