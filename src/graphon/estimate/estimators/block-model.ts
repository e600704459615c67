import type { Matrix } from '../../../linalg/matrix.js'
import { hiddenOrder, degreeOrder } from '../fit/align.js'
import { expandBins, layerOf } from '../fit/binning.js'
import { degreeBlocks, singularPositions, spectralBlocks, type BlockCounts } from '../fit/block-starts.js'
import { blockData, refineBlocks, type BlockFit } from '../fit/blocks.js'
import { holdContest, judge, leastError, type Contest, type Prepare, type Scored, type Scores } from '../fit/contest.js'
import { stepFit } from '../fit/fit.js'
import { binLadder } from '../fit/held-out.js'
import { chosen, type Candidate } from './candidate.js'
import type { Values } from './estimator.js'
import { smoothedChain } from './smoothed-chain.js'

/** More blocks than this are a smooth graphon's, which other estimators serve better and faster. */
const mostBlocks = 16
/** Up to this many blocks the axes get numbers of their own. */
const mostThinned = 4

/** Up to this many inputs each is a block by itself; more are grouped while labels are looked for. */
const fewInputs = 2 * mostBlocks

/**
 * Hidden units are grouped, and so are many inputs: what is known of one alone is too little to label hidden units by, and the
 * chain tells inputs apart again (see `smoothedChain`). Classes and few inputs are as they are. A lone matrix is grouped
 * on both sides.
 */
function freeAxes(matrices: readonly Values[]): boolean[] {
  const last = matrices.length
  const first = matrices[0].cols > fewInputs
  return Array.from({ length: last + 1 }, (_, axis) => last === 1 || (axis === 0 ? first : axis < last))
}

/** Fits any numbers of blocks to the same matrices: from degrees and from singular vectors, the likelier of the two. */
function fitter(matrices: readonly Values[], seed: number): (wanted: BlockCounts) => BlockFit {
  const free = freeAxes(matrices)
  const positions = singularPositions(matrices, seed)
  const data = blockData(matrices)
  return (wanted) => {
    const starts = [degreeBlocks(matrices, wanted, free), spectralBlocks(positions, wanted, free, seed)]
    const fits = starts.map((start) => refineBlocks(data, start, { free }))
    return fits[1].logLikelihood > fits[0].logLikelihood ? fits[1] : fits[0]
  }
}

function expanded({ theta, labels }: BlockFit): Matrix[] {
  return theta.map((means, l) => expandBins(means, labels[l + 1], labels[l]))
}

/** Numbers of blocks chosen on held-out entries: one for all axes first, then fewer on each axis where that is no worse. */
function searchCounts(contest: Contest, leader?: Scores): Scored<BlockCounts> | undefined {
  const { matrices, seed } = contest
  const free = freeAxes(matrices)
  const units = [matrices[0].cols, ...matrices.map(({ rows }) => rows)]
  const ladder = binLadder(Math.max(...units.filter((_, axis) => free[axis])), mostBlocks)
  const fitters = new Map<number, ReturnType<typeof fitter>>()
  const prepare: Prepare<BlockCounts> = (train, fold) => {
    const fit = fitters.get(fold) ?? fitter(train, seed)
    fitters.set(fold, fit)
    return (wanted) => {
      const { theta, labels } = fit(wanted)
      return theta.map((means, l) => stepFit(means, labels[l + 1], labels[l]))
    }
  }
  // A narrow axis has fewer: it must not hold back the others.
  const common = ladder.map((K) => units.map((n) => Math.min(K, n)))
  let best = chosen(contest, judge(contest, common, prepare, leader), common[0])
  if (!best) return undefined
  const most = Math.max(...best.setting.filter((_, axis) => free[axis]))
  if (most > mostThinned) return best
  free.forEach((isFree, axis) => {
    const fewer = ladder.filter((K) => isFree && K < best!.setting[axis])
    const options = fewer.map((K) => best!.setting.map((count, other) => (other === axis ? K : count)))
    best = leastError([...judge(contest, options, prepare, best), best!])
  })
  return best
}

/** P̂ of every entry of every matrix. */
function estimates(matrices: readonly Values[], seed: number): Matrix[] {
  return expanded(fitter(matrices, seed)(searchCounts(holdContest(matrices, { seed }))!.setting))
}

/**
 * Bipartite stochastic block model (Olhede and Wolfe 2014; Gao, Lu and Zhou 2015): units of each side in blocks of any size,
 * a constant probability for each pair of blocks, labels by local search of the profile likelihood, the numbers of
 * blocks from held-out entries. In a chain a hidden unit has one label, which its incoming row and its outgoing column decide
 * together. Bins then hold whole blocks, in order of their degrees.
 */
export const blockModel: Candidate = {
  name: 'block-model',
  summary: 'stochastic block model (network histogram)',
  search(contest, leader) {
    const found = searchCounts(contest, leader)
    return (
      found && {
        ...found,
        fit() {
          const { theta, labels } = fitter(contest.matrices, contest.seed)(found.setting)
          return stepFit(theta[0], labels[1], labels[0])
        },
      }
    )
  },
  tunedChain(matrices, tuningSeed) {
    const { setting } = searchCounts(holdContest(matrices, { seed: tuningSeed }))!
    return (input) => {
      const means = expanded(fitter(input.masks, input.seed)(setting))
      return smoothedChain(means, hiddenOrder(means), input)
    }
  },
  probabilities(values, { seed }) {
    return estimates([values], seed)[0]
  },
  chain(input) {
    return blockModel.tunedChain(input.masks, input.seed)(input)
  },
  layer(values, K, seed) {
    const [means] = estimates([values], seed)
    const order = degreeOrder(means)
    return layerOf(means, order.rows, order.columns, K)
  },
}
