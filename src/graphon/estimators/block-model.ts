import type { Matrix } from '../../linalg/matrix.js'
import { hiddenOrder, degreeOrder } from '../align.js'
import { chainOf, expandBins, layerOf } from '../binning.js'
import { degreeBlocks, singularPositions, spectralBlocks, type BlockCounts } from '../block-starts.js'
import { refineBlocks, type BlockFit } from '../blocks.js'
import { binLadder, tuneAll } from '../held-out.js'
import type { Estimator, Values } from './estimator.js'

/** More blocks than this are a smooth graphon's, which other estimators serve better and faster. */
const mostBlocks = 16
/** Up to this many blocks the axes get numbers of their own. */
const mostThinned = 4
/** Folds that the number of blocks is chosen on. */
const tuningFolds = 2

/** Classes are as they are; inputs and hidden units are grouped. A lone matrix is grouped on both sides. */
export function freeAxes(matrices: readonly Values[]): boolean[] {
  return Array.from({ length: matrices.length + 1 }, (_, axis) => axis < matrices.length || matrices.length === 1)
}

/** Fits any numbers of blocks to the same matrices: from degrees and from singular vectors, the likelier of the two. */
function fitter(matrices: readonly Values[], seed: number): (wanted: BlockCounts) => BlockFit {
  const free = freeAxes(matrices)
  const positions = singularPositions(matrices, seed)
  return (wanted) => {
    const starts = [degreeBlocks(matrices, wanted, free), spectralBlocks(positions, wanted, free, seed)]
    const fits = starts.map((start) => refineBlocks(matrices, start, { free }))
    return fits[1].logLikelihood > fits[0].logLikelihood ? fits[1] : fits[0]
  }
}

function expanded({ theta, labels }: BlockFit): Matrix[] {
  return theta.map((means, l) => expandBins(means, labels[l + 1], labels[l]))
}

/** Numbers of blocks chosen on held-out entries: one for all axes first, then fewer on each axis where that is no worse. */
function tunedCounts(matrices: readonly Values[], seed: number): BlockCounts {
  const free = freeAxes(matrices)
  const units = [matrices[0].cols, ...matrices.map(({ rows }) => rows)]
  const smallest = Math.min(...units.filter((_, axis) => free[axis]))
  const ladder = binLadder(smallest, mostBlocks)
  const prepare = (train: readonly Matrix[]) => {
    const fit = fitter(train, seed)
    return (wanted: BlockCounts) => expanded(fit(wanted))
  }
  const best = (options: readonly BlockCounts[]) => tuneAll(matrices, options, prepare, { seed, most: tuningFolds })
  let counts = best(ladder.map((K) => units.map(() => K)))
  const common = counts[0]
  if (common > mostThinned) return counts
  free.forEach((isFree, axis) => {
    const fewer = ladder.filter((K) => isFree && K <= common)
    if (fewer.length > 1) counts = best(fewer.map((K) => counts.map((count, other) => (other === axis ? K : count))))
  })
  return counts
}

/** P̂ of every entry of every matrix. */
function estimates(matrices: readonly Values[], seed: number): Matrix[] {
  return expanded(fitter(matrices, seed)(tunedCounts(matrices, seed)))
}

/**
 * Bipartite stochastic block model (Olhede and Wolfe 2014; Gao, Lu and Zhou 2015): units of each side in blocks of any size,
 * a constant probability for each pair of blocks, labels by local search of the profile likelihood, the numbers of
 * blocks from held-out entries. In a chain a hidden unit has one label, which its incoming row and its outgoing column decide
 * together. Bins then hold whole blocks, in order of their degrees.
 */
export const blockModel: Estimator = {
  summary: 'stochastic block model (network histogram)',
  probabilities(values, { seed }) {
    return estimates([values], seed)[0]
  },
  chain(input) {
    const means = estimates(input.masks, input.seed)
    return chainOf(means, hiddenOrder(means), input)
  },
  layer(values, K, seed) {
    const [means] = estimates([values], seed)
    const order = degreeOrder(means)
    return layerOf(means, order.rows, order.columns, K)
  },
}
