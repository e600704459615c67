import type { Matrix } from '../../../linalg/matrix.js'
import { columnSums, descending, hiddenScores, rowSums } from '../fit/align.js'
import { binMeans, binned, chainInOrders, clampUnit, layerOf, unitBins } from '../fit/binning.js'
import { degreeBlocks, singularPositions, spectralBlocks } from '../fit/block-starts.js'
import { blockData, refineBlocks, type BlockData, type Blocks } from '../fit/blocks.js'
import { stepFit } from '../fit/fit.js'
import { fittedFamily, searchFamily, type Candidate, type Family } from './candidate.js'
import type { Values } from './estimator.js'

/** Numbers of bins tried. */
const ladder = [1, 2, 4, 8, 16, 32]

/** Units sorted by the mean score of their block, then by their own: blocks stay together. */
function byBlock(labels: Int32Array, count: number, scores: ArrayLike<number>): Int32Array {
  const sums = new Float64Array(count)
  const sizes = new Float64Array(count)
  labels.forEach((label, i) => {
    sums[label] += scores[i]
    sizes[label]++
  })
  const rank = new Int32Array(count)
  descending(sums.map((sum, b) => (sizes[b] > 0 ? sum / sizes[b] : -Infinity))).forEach((block, place) => {
    rank[block] = place
  })
  return Int32Array.from({ length: labels.length }, (_, i) => i).sort(
    (i, j) => rank[labels[i]] - rank[labels[j]] || scores[j] - scores[i] || i - j,
  )
}

interface Alignable {
  readonly matrices: readonly Values[]
  readonly data: BlockData
  readonly scores: readonly ArrayLike<number>[]
  readonly free: readonly boolean[]
  readonly positions: readonly Matrix[]
  readonly seed: number
}

/** Axes whose units the search moves: all but classes, which are too few to group. A lone matrix is aligned on both sides. */
function movedAxes(matrices: readonly Values[]): boolean[] {
  return Array.from({ length: matrices.length + 1 }, (_, axis) => axis < matrices.length || matrices.length === 1)
}

/** What all numbers of bins share. */
function alignable(matrices: readonly Values[], seed: number): Alignable {
  const scores = [columnSums(matrices[0]), ...hiddenScores(matrices), rowSums(matrices.at(-1)!)]
  const data = blockData(matrices)
  return { matrices, data, scores, free: movedAxes(matrices), positions: singularPositions(matrices, seed), seed }
}

/** Orders of all axes whose K equal bins explain the matrices best. */
function alignedOrders({ matrices, data, scores, free, positions, seed }: Alignable, K: number): Int32Array[] {
  const orders = ({ labels, counts }: Blocks) => labels.map((axis, l) => byBlock(axis, counts[l], scores[l]))
  const wanted = free.map(() => K)
  const start = degreeBlocks(matrices, wanted, free)
  const clusters = orders(spectralBlocks(positions, wanted, free, seed)).map((order, axis) =>
    free[axis] ? unitBins(binned(order, K)) : start.labels[axis],
  )
  const fits = [start, { labels: clusters, counts: start.counts }].map((blocks) =>
    refineBlocks(data, blocks, { free, balanced: true }),
  )
  return orders(fits[1].logLikelihood > fits[0].logLikelihood ? fits[1] : fits[0])
}

const equalBins: Family<number> = {
  settings: ({ rows, cols }) => ladder.filter((K) => 2 * K <= Math.max(2, Math.min(rows, cols))),
  prepare(values, seed) {
    const shared = alignable([values], seed)
    return (K) => {
      const [into, out] = alignedOrders(shared, K).map((order) => binned(order, K))
      return stepFit(clampUnit(binMeans(values, out, into)), unitBins(out), unitBins(into))
    }
  },
}

/**
 * Histogram of aligned units: K bins of equal size per hidden layer as in `histogram`, from the degree order (or from
 * clusters of singular vectors, when that ends better), then refined over the whole chain: units change places as long as
 * their incoming rows and outgoing columns together are better explained. Finds structure that degrees do not show, such as
 * parallel pathways. Inputs are grouped for the search only; the chain keeps them exact, and keeps the total mass.
 */
export const aligned: Candidate = {
  name: 'aligned',
  summary: 'mean of bins aligned by both sides of every unit',
  search: (contest, leader) => searchFamily(equalBins, contest, leader),
  tunedChain: () => (input) => aligned.chain(input),
  probabilities(values, { bins, seed }) {
    return bins === 'auto' ? fittedFamily(equalBins, values, seed) : equalBins.prepare(values, seed)(bins).all()
  },
  chain(input) {
    const { masks, bins, seed } = input
    return chainInOrders(masks, alignedOrders(alignable(masks, seed), bins).slice(1, -1), input)
  },
  layer(values, K, seed) {
    const [columns, rows] = alignedOrders(alignable([values], seed), K)
    return layerOf(values, rows, columns, K)
  },
}
