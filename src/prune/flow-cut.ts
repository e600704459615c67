import { withScratch, type Scratch } from '../linalg/kernels.js'
import { threadsOf } from '../linalg/team.js'
import type { Budget } from './budget.js'
import {
  countScores,
  countsStride,
  createCollector,
  gatherScores,
  keepAll,
  type Collector,
  type Cut,
  type Flow,
} from './flow.js'
import { kthLargestAt, type Threshold } from './quickselect.js'
import { findBin, sumHistograms, histogramBytes, tieOf, type Tie } from './select.js'

/** The weights of the matrices that share a budget, round by round. */
export interface Pool {
  readonly layers: readonly number[]
  readonly total: number
  /** Weights that survived before the first round. */
  readonly available: number
  /** Weights that survive so far. */
  kept: number
  /** Aimed at the expected threshold, which usually saves the sweeps of {@link searchAll}. */
  readonly collector: Collector
  /** Last threshold as a multiple of R, and its growth over the round before; NaN until known. */
  ratio: number
  growth: number
  /** Weights without flow that were dropped, all or some of those there were. */
  idle: number
  /** Cuts inside equal scores that the masks still show: among weights without flow, and the last among others. */
  idleTie: Tie | undefined
  tie: Tie | undefined
}

/** A pool per budget, in scratch memory. */
export function createPools(flow: Flow, budgets: readonly Budget[], scratch: Scratch): Pool[] {
  return budgets.map(({ layers, total, available }) => {
    const collector = createCollector(flow.kernels, scratch, Math.ceil(available / 16) + 256)
    return {
      layers,
      total,
      available,
      kept: available,
      collector,
      ratio: NaN,
      growth: NaN,
      idle: 0,
      idleTie: undefined,
      tie: undefined,
    }
  })
}

/**
 * Empties the collector and aims it. The threshold as a multiple of R grows by a few per cent per round, and by nearly
 * the same as in the round before. In the second round it grows about like the number of weights dropped, because small
 * scores are spread evenly. Before the first one nothing is known and the range is empty.
 *
 * @param target weights to keep
 * @param total R in the units of the scores
 */
export function aimCollector(flow: Flow, pool: Pool, target: number, total: number): void {
  const { collector, ratio, available, kept } = pool
  flow.scratch.u8(collector.counts, threadsOf(flow.kernels) * countsStride).fill(0)
  const growth = Number.isNaN(pool.growth) ? (available - target) / (available - kept) : pool.growth
  const expected = ratio * growth * total
  const margin = 0.002 + 0.3 * Math.abs(growth - 1)
  collector.low = expected * (1 - margin)
  collector.high = expected * (1 + margin)
}

/** Moves what every thread has written to the front of its share together. */
function joinShares(flow: Flow, at: number, shareBytes: number, counts: readonly number[]): number {
  const bytes = new Uint8Array(flow.kernels.memory.buffer)
  let end = at
  counts.forEach((count, thread) => {
    const from = at + thread * shareBytes
    bytes.copyWithin(end, from, from + count * 8)
    end += count * 8
  })
  return (end - at) / 8
}

/** The threshold by a histogram of all scores and a search in one bin, whatever their distribution. */
function searchAll(flow: Flow, { layers }: Pool, target: number): Threshold {
  const { kernels } = flow
  const threads = threadsOf(kernels)
  return withScratch(kernels, (scratch) => {
    const histogram = scratch.alloc(histogramBytes * threads)
    scratch.u8(histogram, histogramBytes * threads).fill(0)
    for (const layer of layers) countScores(flow, layer, histogram, histogramBytes)
    const { bin, rank, held } = findBin(sumHistograms(kernels, histogram), target)
    const cursors = scratch.alloc(threads * countsStride)
    const gathered = scratch.alloc(held * 8 * threads)
    const starts = Array.from({ length: threads }, (_, thread) => gathered + thread * held * 8)
    const cursorOf = (thread: number) => new Uint32Array(kernels.memory.buffer, cursors + thread * countsStride, 1)
    starts.forEach((start, thread) => (cursorOf(thread)[0] = start))
    for (const layer of layers) gatherScores(flow, layer, bin, cursors, countsStride)
    const counts = starts.map((start, thread) => (cursorOf(thread)[0] - start) / 8)
    joinShares(flow, gathered, held * 8, counts)
    return kthLargestAt(kernels, gathered, held, rank)
  })
}

/** What the collector holds, if the number of `rank` among it is the threshold; undefined when it was aimed badly. */
function searchCollected(flow: Flow, { collector }: Pool, target: number): Threshold | undefined {
  const { at, capacity, counts } = collector
  const pairs = Array.from({ length: threadsOf(flow.kernels) }, (_, thread) => [
    ...flow.scratch.i32(counts + thread * countsStride, 2),
  ])
  const inside = pairs.map(([count]) => count)
  const rank = target - pairs.reduce((sum, [, above]) => sum + above, 0)
  const total = inside.reduce((sum, count) => sum + count, 0)
  if (!(1 <= rank && rank <= total && inside.every((count) => count <= capacity))) return undefined
  return kthLargestAt(flow.kernels, at, joinShares(flow, at, capacity * 8, inside), rank)
}

/**
 * Weights without flow never get any: a cut among them shows only when some are kept to the end, and then counts those that
 * earlier rounds have dropped. A cut among weights of equal flow shows from then on; but those of one path without branches,
 * one in each matrix, are equal because flow is conserved.
 */
function noteTie(pool: Pool, threshold: Threshold): void {
  const { value, ties, equals } = threshold
  pool.idleTie = undefined
  if (value > 0) {
    if (equals > pool.layers.length) pool.tie = tieOf(threshold) ?? pool.tie
    return
  }
  pool.idle += equals - ties
  if (pool.idle > 0) pool.idleTie = { score: 0, equal: pool.idle + ties, kept: ties }
}

/**
 * The cut that keeps `target` weights of the pool by the scores of the last backward sweep.
 *
 * @param total R in the units of the scores
 */
export function cutPool(flow: Flow, pool: Pool, target: number, total: number): Cut {
  if (target === pool.kept) return keepAll()
  pool.kept = target
  if (target === 0) {
    pool.idleTie = pool.tie = undefined
    return { value: Infinity, ties: 0, equals: 0 }
  }
  const threshold = searchCollected(flow, pool, target) ?? searchAll(flow, pool, target)
  noteTie(pool, threshold)
  const ratio = threshold.value / total
  pool.growth = ratio / pool.ratio
  pool.ratio = ratio
  return { ...threshold }
}
