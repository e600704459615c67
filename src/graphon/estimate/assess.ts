import { mean, rootMeanSquare } from '../../linalg/statistics.js'
import type { Matrix } from '../../linalg/matrix.js'
import { density as densityOf, type Mask } from '../../network/mask.js'
import { randomStream } from '../../random/random.js'
import { averageChains, type AveragedChain } from '../chain/average.js'
import { checkChained } from './fit/align.js'
import { holdContest, judge, leastError } from './fit/contest.js'
import { erdosRenyiMask } from '../sample/erdos-renyi.js'
import { defaultBins, estimateChain, type ChainOptions, type EstimateWarning } from './estimate.js'
import { bestForChain, chainEntries } from './estimators/auto.js'
import { defaultEstimator, estimatorOf } from './estimators/estimators.js'
import type { Values } from './estimators/estimator.js'
import { denseFit } from './fit/fit.js'
import { foldStandardError } from './fit/held-out.js'
import { drawFolds, heldOutErrors, holdOut, binLadder } from './fit/held-out.js'
import { splitHalf } from '../distances/split-half.js'
import { NumbersError } from '../../numbers-error.js'

export interface AssessOptions extends Omit<ChainOptions, 'bins' | 'energies'> {
  /** Most bins per hidden layer, or `auto`: the number whose chain errs least on held-out entries. Default 64. */
  readonly bins?: number | 'auto'
  /** Weight energies of every trial. */
  readonly energies?: readonly ChainOptions['energies'][]
}

/**
 * Prediction error of the chain on entries that its estimate has not seen, trial 0, one entry in ten at a time:
 *
 *     heldOut = mean (M_ij − W(bin i, bin j))²  =  mean (P − W)²  +  mean P (1 − P)   in expectation.
 *
 * The last term is the chance of the masks and the same for every estimator, so that differences of `heldOut` are differences
 * of mean squared error; a single mask cannot tell the two terms apart without assuming structure. It is the error of an estimate
 * from nine tenths of the entries: where more entries make better estimates, that of the chain at hand is smaller.
 */
export interface Risk {
  readonly heldOut: number
  /** Of `heldOut`, from the spread of squared errors over the entries tested and over the folds (`foldStandardError`). */
  readonly standardError: number
  /** The same error of each matrix's density alone: what a chain without structure would miss. */
  readonly constant: number
  /** `heldOut` per weight matrix. */
  readonly perMatrix: readonly number[]
  /** `constant` per weight matrix. */
  readonly constantPerMatrix: readonly number[]
}

/** Errors that chance alone makes, root mean square, per weight matrix. */
export interface NoiseFloor {
  /** Of the same estimate from Erdős–Rényi masks of the same shapes and numbers of ones, whose graphon is known to be constant. */
  readonly erdosRenyi: readonly number[]
  /**
   * Half the distance between estimates of two halves: of the trials, or with one trial of two halves of its entries (these
   * differ by about twice the standard error of an estimate from all; for halves of entries, which are sorted each by itself
   * on shared units, read it as an order of magnitude).
   */
  readonly splitHalf: readonly number[]
  readonly halves: 'trials' | 'entries'
}

export interface Assessment {
  readonly chain: AveragedChain
  /** What `auto` stands for, or the estimator asked for. */
  readonly estimator: string
  readonly bins: number
  readonly risk: Risk
  readonly noise: NoiseFloor
  readonly warnings: readonly EstimateWarning[]
}

/** Folds that a risk is measured on: each takes a fit with all its choices. */
const riskRounds = 3

/** An estimate from masks, or parts of them, seen at all their entries. */
export type Fit = (masks: readonly Values[], bins: number) => readonly Matrix[]

/**
 * The number of bins whose estimate errs least on held-out entries, among 1, 2, 3, 4, 6, … up to half the widest layer.
 *
 * @param widths units of the layers that are binned
 */
export function tunedBins(masks: readonly Mask[], widths: readonly number[], fit: Fit, seed: number): number {
  if (widths.length === 0) return 1
  const ladder = binLadder(Math.max(...widths), 128)
  const contest = holdContest(masks, { seed, most: 1, purpose: 'compare' })
  const prepare = (train: readonly Matrix[]) => (bins: number) => fit(train, bins).map((known) => denseFit(known))
  return leastError(judge(contest, ladder, prepare))!.setting
}

/** {@link Risk} of an estimate. */
export function measureRisk(masks: readonly Mask[], fit: Fit, bins: number, seed: number): Risk {
  type Kind = 'chain' | 'constant'
  const prepare = (train: readonly Matrix[]) => (kind: Kind) =>
    kind === 'chain'
      ? fit(train, bins)
      : train.map((m) => {
          return { ...m, data: new Float64Array(m.data.length).fill(mean(m.data)) }
        })
  const [chain, constant] = heldOutErrors(masks, ['chain', 'constant'] as const, prepare, {
    seed,
    most: riskRounds,
    least: riskRounds,
    purpose: 'risk',
  })
  const total = chain.tested.reduce((a, b) => a + b, 0)
  const each = (squares: readonly number[]) => squares.map((sum, i) => sum / Math.max(1, chain.tested[i]))
  const heldOut = chain.squares / Math.max(1, total)
  return {
    heldOut,
    standardError: foldStandardError(chain.perFold),
    constant: constant.squares / Math.max(1, total),
    perMatrix: each(chain.perMatrix),
    constantPerMatrix: each(constant.perMatrix),
  }
}

/** Error of the estimate at every entry of Erdős–Rényi masks of the same densities. */
export function nullError(masks: readonly Mask[], fit: Fit, bins: number, seed: number, trials = 1): number[] {
  const drawn = masks.map(({ rows, cols, kept }, i) =>
    erdosRenyiMask(rows, cols, kept, randomStream(seed, 'assess null', i)),
  )
  return fit(drawn, bins).map(({ data }, i) => {
    const p = densityOf(masks[i])
    return rootMeanSquare(data.map((value) => value - p)) / Math.sqrt(trials)
  })
}

/** Half the difference of estimates from two halves of the entries of one trial. */
export function halvedEntries(masks: readonly Mask[], fit: Fit, bins: number, seed: number): number[] {
  const halves = [0, 1].map((half) => {
    const parts = masks.map((mask, i) => {
      const foldOf = drawFolds(mask.data.length, seed, 'half', i).map((fold) => fold & 1)
      return holdOut(mask, foldOf, half, 2).train
    })
    return fit(parts, bins)
  })
  return halves[0].map(({ data }, i) => rootMeanSquare(data.map((value, k) => (value - halves[1][i].data[k]) / 2)))
}

/**
 * Estimates the graphon chain of one or many trials and says how good the estimate is: its prediction error on held-out
 * entries, the noise floor, and what makes it doubtful. Trials are estimated each by itself, since their units have nothing
 * to do with each other, and averaged bin by bin.
 *
 * @param trials masks M^1 … M^{L+1} of each trial, all of one shape
 * @throws RangeError when there is no trial, shapes do not chain or differ, or an option is unknown
 *
 * @example
 * import { constantChain, sampleMasks } from 'limn'
 * import { assessChain } from 'limn/graphon'
 *
 * const chain = constantChain({ inputs: 8, classes: 4, hidden: [1, 1] }, 0.3)
 * const trials = [1, 2].map((seed) => sampleMasks(chain, [32, 32], seed))
 * const { estimator, noise } = assessChain(trials, { bins: 4 })
 * // The noise of each of the three matrices, from two trials.
 * console.log(estimator, noise.splitHalf?.length) // histogram 3
 */
export function assessChain(trials: readonly (readonly Mask[])[], options: AssessOptions = {}): Assessment {
  const { seed = 0, energies } = options
  const masks = trials.at(0)
  if (!masks) throw new NumbersError('assessChain: expected at least one trial, got none')
  checkChained('assessChain', masks)
  const asked = estimatorOf(options.estimator ?? defaultEstimator)
  const startBins = options.bins === 'auto' ? defaultBins : (options.bins ?? defaultBins)
  const estimator = asked ?? bestForChain({ masks, bins: startBins, seed })
  const fit: Fit = (values, K) => chainEntries(estimator.chain({ masks: values, bins: K, seed }))
  const widths = masks.slice(0, -1).map(({ rows }) => rows)
  const bins = options.bins === 'auto' ? tunedBins(masks, widths, fit, seed) : startBins
  const results = trials.map((trial, t) => {
    const own = energies?.[t]
    return estimateChain(trial, { bins, estimator, seed, ...(own && { energies: own }) })
  })
  const halves = splitHalf(results.map(({ chain }) => chain))
  return {
    chain: averageChains(results.map(({ chain }) => chain)),
    estimator: estimator.name,
    bins,
    risk: measureRisk(masks, fit, bins, seed),
    noise: {
      erdosRenyi: nullError(masks, fit, bins, seed, trials.length),
      splitHalf: halves?.map((distance) => distance / 2) ?? halvedEntries(masks, fit, bins, seed),
      halves: halves ? 'trials' : 'entries',
    },
    warnings: results[0].warnings,
  }
}
