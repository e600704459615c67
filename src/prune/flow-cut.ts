import { withScratch, type Scratch } from '../linalg/kernels.js'
import type { Budget } from './budget.js'
import { countScores, gatherScores, keepAll, type Collector, type Cut, type Flow } from './flow.js'
import { kthLargestAt, type Threshold } from './quickselect.js'
import { findBin, histogramBins } from './select.js'

/** The weights of the matrices that share a budget, round by round. */
export interface Pool {
  readonly layers: readonly number[]
  readonly total: number
  /** Weights that survive so far. */
  kept: number
  /** Aimed at the expected threshold, which usually saves the sweeps of {@link searchAll}. */
  readonly collector: Collector
  /** Last threshold as a multiple of R, and its growth over the round before; NaN until known. */
  ratio: number
  growth: number
}

/** A pool per budget, in scratch memory. */
export function createPools(budgets: readonly Budget[], scratch: Scratch): Pool[] {
  return budgets.map(({ layers, total, available }) => {
    const capacity = Math.ceil(available / 16) + 256
    const collector = { low: NaN, high: NaN, at: scratch.alloc(capacity * 8), capacity, counts: scratch.alloc(8) }
    return { layers, total, kept: available, collector, ratio: NaN, growth: NaN }
  })
}

/**
 * Empties the collector and aims it. The threshold as a multiple of R grows by a few per cent per round, and by nearly
 * the same as in the round before; where that is not known yet the range is empty.
 *
 * @param total R in the units of the scores
 */
export function aimCollector({ collector, ratio, growth }: Pool, total: number, scratch: Scratch): void {
  scratch.i32(collector.counts, 2).fill(0)
  const expected = ratio * growth * total
  const margin = 0.002 + 0.3 * Math.abs(growth - 1)
  collector.low = expected * (1 - margin)
  collector.high = expected * (1 + margin)
}

/** The threshold by a histogram of all scores and a search in one bin, whatever their distribution. */
function searchAll(flow: Flow, { layers }: Pool, target: number): Threshold {
  return withScratch(flow.kernels, (scratch) => {
    const histogram = scratch.alloc(histogramBins * 4)
    scratch.i32(histogram, histogramBins).fill(0)
    for (const layer of layers) countScores(flow, layer, histogram)
    const counts = new Uint32Array(flow.kernels.memory.buffer, histogram, histogramBins)
    const { bin, rank, held } = findBin(counts, target)
    const gathered = scratch.alloc(held * 8)
    layers.reduce((end, layer) => gatherScores(flow, layer, bin, end), gathered)
    return kthLargestAt(flow.kernels, gathered, held, rank)
  })
}

/**
 * The cut that keeps `target` weights of the pool by the scores of the last backward sweep.
 *
 * @param total R in the units of the scores
 */
export function cutPool(flow: Flow, pool: Pool, target: number, total: number): Cut {
  if (target === pool.kept) return keepAll()
  pool.kept = target
  if (target === 0) return { value: Infinity, ties: 0 }
  const { at, capacity, counts } = pool.collector
  const [inside, above] = flow.scratch.i32(counts, 2)
  const rank = target - above
  const threshold =
    1 <= rank && rank <= inside && inside <= capacity
      ? kthLargestAt(flow.kernels, at, inside, rank)
      : searchAll(flow, pool, target)
  const ratio = threshold.value / total
  pool.growth = ratio / pool.ratio
  pool.ratio = ratio
  return { ...threshold }
}
