import { mean, rootMeanSquare } from '../../linalg/statistics.js'
import { matrix, type Matrix } from '../../linalg/matrix.js'
import { permutation, randomStream } from '../../random/random.js'
import { degreeOrder } from './fit/align.js'
import { meanAndSpread } from '../chain/average.js'
import { binned, clampUnit, binMeans, expandBins, unitBins } from './fit/binning.js'
import { holdContest, showsStructure, type Contest } from './fit/contest.js'
import { defaultBins, fewUnitsPerBin } from './estimate.js'
import { bestOfTrials, searchTrials, type TrialSearch } from './estimators/auto.js'
import type { Candidate } from './estimators/candidate.js'
import type { Values } from './estimators/estimator.js'
import { estimatorOf, type EstimatorChoice } from './estimators/estimators.js'
import { foldStandardError, type FoldError } from './fit/held-out.js'
import { drawFolds, holdOut } from './fit/held-out.js'
import { emptySides, fewUnits, type MatrixWarning } from './matrix-warnings.js'
import { isUnresolved } from './unresolved.js'
import { NumbersError } from '../../numbers-error.js'

export interface GraphonOptions {
  /** Default `auto`: whichever errs least on held-out entries. */
  readonly estimator?: EstimatorChoice
  /**
   * Most bins per side of the step graphon. They hold means of estimated probabilities, so that they are its resolution and
   * no smoothing of its own. Default 64, and at least four units in a bin.
   */
  readonly bins?: number
  /** Seed of held-out entries and random starts. Default 0. */
  readonly seed?: number
  /** Whether to measure the noise floor, which takes three more fits. Default true. */
  readonly noise?: boolean
}

/** Error on held-out entries, over all trials: mean (M_ij − P̂_ij)² = mean (P − P̂)² + mean P (1 − P) in expectation. */
export interface GraphonRisk {
  /** Over the entries that the choices were made on, hence a little too small: the least of several; and of estimates from nine
   * tenths of the entries, hence a little too large. */
  readonly heldOut: number
  /** Of `heldOut`, from the spread of squared errors over the entries tested and over the folds (`foldStandardError`). */
  readonly standardError: number
  /** The same error of the density alone. */
  readonly constant: number
}

/** Root mean square errors that chance alone makes. */
export interface GraphonNoise {
  /** Of the same estimator when the first mask's entries are put at random places: its graphon is then constant. */
  readonly shuffled: number
  /** Half the distance between estimates from two halves: of the trials (in the step graphon), or of one trial's entries. */
  readonly splitHalf: number
  readonly halves: 'trials' | 'entries'
}

export interface GraphonWarning {
  readonly kind: 'no-structure' | MatrixWarning['kind'] | 'unresolved-structure'
  /** One sentence for people. */
  readonly message: string
}

/** One trial's estimate at its own units. */
export interface UnitEstimate {
  /** P̂, `[rows, cols]`. */
  readonly probabilities: Matrix
  /** Bin of every row and column in the step graphon. */
  readonly rowBin: Int32Array
  readonly colBin: Int32Array
}

export interface GraphonEstimate {
  /** Step graphon, bins of each side in order of estimated degrees, largest first; mean over trials. */
  readonly W: Matrix
  /** Sample standard deviation of every entry over trials; 0 for one trial. */
  readonly sdW: Matrix
  /** Measures of the bins, each side summing to 1. */
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
  /** What `auto` came to, or the estimator asked for. */
  readonly estimator: string
  readonly trials: readonly UnitEstimate[]
  readonly risk: GraphonRisk
  /** Null when not asked for. */
  readonly noise: GraphonNoise | null
  readonly warnings: readonly GraphonWarning[]
}

function checkMasks(masks: readonly Values[]): void {
  const first = masks.at(0)
  if (!first) throw new NumbersError('estimateGraphon: expected at least one mask, got none')
  masks.forEach(({ rows, cols, data }, trial) => {
    if (!(rows > 0 && cols > 0 && rows === first.rows && cols === first.cols)) {
      const expected = trial === 0 ? 'a non-empty mask' : `${first.rows} × ${first.cols}`
      throw new NumbersError(`estimateGraphon: expected ${expected} in trial ${trial}, got ${rows} × ${cols}`)
    }
    const wrong = data.findIndex((value) => !(value >= 0 && value <= 1))
    if (wrong < 0) return
    throw new NumbersError(`estimateGraphon: expected entries in [0, 1], got ${data[wrong]} in trial ${trial}`)
  })
}

const half = (a: Matrix, b: Matrix): number => rootMeanSquare(a.data.map((value, k) => (value - b.data[k]) / 2))

function foldErrors(errors: readonly Float64Array[]): FoldError[] {
  return errors.map((fold) => ({
    tested: fold.length,
    squares: fold.reduce((sum, error) => sum + error, 0),
    fourths: fold.reduce((sum, error) => sum + error * error, 0),
  }))
}

function riskOf(contests: readonly Contest[], { searches, squares }: TrialSearch): GraphonRisk {
  const constant = contests.reduce((sum, contest) => sum + contest.constant.squares, 0)
  const perTrial = searches.map(({ errors }) => foldErrors(errors))
  const sizes = perTrial.map((found) => found.reduce((sum, { tested }) => sum + tested, 0))
  const tested = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  // Trials are independent: variances of their shares add.
  const deviations = perTrial.map((found, trial) => (foldStandardError(found) * sizes[trial]) / tested)
  return { heldOut: squares / tested, standardError: Math.hypot(...deviations), constant: constant / tested }
}

function shuffledError(values: Values, candidate: Candidate, seed: number): number {
  const { rows, cols, data } = values
  const places = permutation(data.length, randomStream(seed, 'shuffled entries'))
  const shuffled = matrix(
    rows,
    cols,
    Float64Array.from(places, (place) => data[place]),
  )
  const density = mean(shuffled.data)
  return rootMeanSquare(candidate.probabilities(shuffled, { bins: 'auto', seed }).data.map((value) => value - density))
}

function halvedEntries(values: Values, candidate: Candidate, seed: number): number {
  const foldOf = drawFolds(values.data.length, seed, 'half').map((fold) => fold & 1)
  const [a, b] = [0, 1].map((fold) =>
    candidate.probabilities(holdOut(values, foldOf, fold, 2).train, { bins: 'auto', seed }),
  )
  return half(a, b)
}

function noiseOf(masks: readonly Values[], steps: readonly Matrix[], candidate: Candidate, seed: number): GraphonNoise {
  const shuffled = shuffledError(masks[0], candidate, seed) / Math.sqrt(masks.length)
  if (masks.length === 1) return { shuffled, splitHalf: halvedEntries(masks[0], candidate, seed), halves: 'entries' }
  const [even, odd] = [0, 1].map((parity) => meanAndSpread(steps.filter((_, trial) => trial % 2 === parity)).mean)
  return { shuffled, splitHalf: half(even, odd), halves: 'trials' }
}

function warningsOf(
  masks: readonly Values[],
  bins: readonly [number, number],
  contests: readonly Contest[],
  searches: TrialSearch['searches'],
): GraphonWarning[] {
  const warnings: GraphonWarning[] = []
  if (!searches.some((search, trial) => showsStructure(contests[trial], search))) {
    const message = 'held-out entries do not tell the estimate from a constant graphon'
    warnings.push({ kind: 'no-structure', message })
  }
  const empty = masks.flatMap((values, trial) => emptySides(values, `trial ${trial}`))
  return [...warnings, ...fewUnits(masks[0], bins), ...empty]
}

/**
 * The graphon that masks of one weight matrix are samples of, as well as it can be told from them: estimated probabilities at
 * the units, a step graphon, and how far to trust them. The masks may be rectangular, of 0/1 or of weights in [0, 1]. Trials
 * share no units, so each is estimated by itself; they share the estimator, which is chosen on the held-out entries of all,
 * and their step graphons, sorted by estimated degrees, are averaged. Graphons whose degrees do not tell their blocks apart
 * have no order that trials could share: `noise.splitHalf` shows that, and `trials` hold what is known of each.
 *
 * A whole network, whose matrices have to agree on the order of hidden units, is for `estimateChain` and `assessChain`.
 *
 * @param masks one mask, or one per trial, all of one shape
 * @throws RangeError when there is no mask, shapes differ, entries are outside [0, 1], or an option is unknown
 *
 * @example
 * import { blockChain, estimateGraphon, matrix, sampleMasks } from 'limn'
 *
 * const chain = blockChain({ inputs: 4, classes: 4, hidden: [2, 2] }, { blocks: 2, within: 0.9, between: 0.1 })
 * const [, { rows, cols, data }] = sampleMasks(chain, [64, 64], 1)
 * const { estimator, risk } = estimateGraphon(matrix(rows, cols, Float64Array.from(data)))
 * // Its error on held-out entries is far below that of a constant.
 * console.log(estimator, risk.heldOut < risk.constant / 2) // aligned true
 */
export function estimateGraphon(masks: Values | readonly Values[], options: GraphonOptions = {}): GraphonEstimate {
  const { estimator = 'auto', seed = 0, noise = true } = options
  const trials = 'data' in masks ? [masks] : masks
  checkMasks(trials)
  const method = estimatorOf(estimator)
  const { bins } = options
  if (bins !== undefined && !(Number.isInteger(bins) && bins > 0)) {
    throw new NumbersError(`estimateGraphon: expected a positive integer number of bins, got ${bins}`)
  }
  const binsOf = (units: number) =>
    bins === undefined ? Math.max(1, Math.min(defaultBins, Math.floor(units / fewUnitsPerBin))) : Math.min(bins, units)
  const contests = trials.map((values) => holdContest([values], { seed }))
  const found = method ? searchTrials(method, contests)! : bestOfTrials(contests)
  const units = found.searches.map((search) => {
    const probabilities = search.fit().all()
    const order = degreeOrder(probabilities)
    const [out, into] = [
      binned(order.rows, binsOf(probabilities.rows)),
      binned(order.columns, binsOf(probabilities.cols)),
    ]
    return { probabilities, out, into, step: clampUnit(binMeans(probabilities, out, into)) }
  })
  const unresolved = units.flatMap(({ out, into, step }, trial): GraphonWarning[] => {
    if (!isUnresolved(trials[trial], expandBins(step, unitBins(out), unitBins(into)), seed)) return []
    const message = `trial ${trial}: the step graphon averages away structure that the order of ${found.candidate.name} does not show; try the estimator block-model`
    return [{ kind: 'unresolved-structure', message }]
  })
  const [{ out, into }] = units
  const steps = units.map(({ step }) => step)
  const { mean, sd } = meanAndSpread(steps)
  return {
    W: mean,
    sdW: sd,
    rowMeasure: out.partition.measure,
    colMeasure: into.partition.measure,
    estimator: found.candidate.name,
    trials: units.map((one) => ({
      probabilities: one.probabilities,
      rowBin: unitBins(one.out),
      colBin: unitBins(one.into),
    })),
    risk: riskOf(contests, found),
    noise: noise ? noiseOf(trials, steps, found.candidate, seed) : null,
    warnings: [...warningsOf(trials, [mean.rows, mean.cols], contests, found.searches), ...unresolved],
  }
}
