import { defaultKernels, withScratch, type Kernels, type Pointer, type Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../linalg/team.js'
import { chunksOf } from '../network/dense-product.js'
import type { Mask } from '../network/mask.js'
import { kthLargestAt, type Threshold } from './quickselect.js'
import { step } from '../linalg/steps.js'
import { NumbersError } from '../numbers-error.js'

/** Bytes of a histogram u32[65536] of f64 numbers by sign, exponent and four bits of the mantissa. */
export const histogramBytes = 0x10000 * 4

const signBit = 0x8000
/** First bin of what is not finite, for either sign. */
const infinityBin = 0x7ff0

/** A cut inside equal scores: which of them are kept is decided by their order alone. */
export interface Tie {
  readonly score: number
  /** How many candidates have this score. */
  readonly equal: number
  /** How many of them are kept, at least one and not all. */
  readonly kept: number
}

export interface Selection {
  /** One per matrix. */
  readonly masks: readonly Mask[]
  /** Absent when the scores decide. */
  readonly tie?: Tie
}

/** The tie of a threshold; undefined when all that equal it go the same way. */
export const tieOf = ({ value, ties, equals }: Threshold): Tie | undefined =>
  0 < ties && ties < equals ? { score: value === 0 ? 0 : value, equal: equals, kept: ties } : undefined

/** Where the search for the k-th largest goes on: in one bin, with how many to keep of what it holds. */
export interface BinSearch {
  readonly bin: number
  readonly rank: number
  readonly held: number
}

/**
 * The bin of a histogram that holds the `k`-th largest number. Bins 0 and 0x8000 (numbers next to zero, of either sign)
 * count as one, named 0: −0 equals +0.
 */
export function findBin(histogram: Uint32Array, k: number): BinSearch {
  let rank = k
  for (let order = infinityBin - 1; order > -infinityBin; order--) {
    const bin = order >= 0 ? order : signBit - order
    const held = bin === 0 ? histogram[0] + histogram[signBit] : histogram[bin]
    if (rank <= held) return { bin, rank, held }
    rank -= held
  }
  throw new NumbersError(`select: expected at least ${k} numbers, got ${k - rank}`)
}

/** The smallest and the largest number of a bin; bin 0 as in {@link findBin}. */
function binRange(bin: number): [low: number, high: number] {
  const edges = new BigUint64Array([BigInt(bin) << 48n, (BigInt(bin + 1) << 48n) - 1n])
  const [inner, outer] = new Float64Array(edges.buffer)
  if (bin === 0) return [-outer, outer]
  return bin < signBit ? [inner, outer] : [outer, inner]
}

/** Scores of one matrix in kernel memory. */
export interface PlacedScores {
  readonly rows: number
  readonly cols: number
  /** f64, `[rows, cols]` */
  readonly at: Pointer
  /** A byte per entry: entries with 0 are never kept. The address 0 stands for ones everywhere. */
  readonly open: Pointer
}

/** A range of entries of one matrix, and addresses for it. */
interface Chunk {
  readonly layer: number
  readonly task: readonly number[]
}

/** Entries of {@link Chunk.task}: count, addresses of scores, mask of candidates, marks, and two counts in kernel memory. */
const [count, values, open, marks, counts] = [0, 1, 2, 3, 4].map((entry) => fromTask(entry))

function refuseNotFinite(scratch: Scratch, scores: readonly PlacedScores[]): never {
  for (const [layer, { rows, cols, at, open }] of scores.entries()) {
    const data = scratch.f64(at, rows * cols)
    const candidates = open === 0 ? undefined : scratch.u8(open, rows * cols)
    const bad = data.findIndex((value, i) => !Number.isFinite(value) && candidates?.[i] !== 0)
    if (bad < 0) continue
    const place = `layers.${layer}, row ${Math.floor(bad / cols)}, column ${bad % cols}`
    throw new NumbersError(
      Number.isNaN(data[bad])
        ? `select: expected finite scores, got one that is not a number at ${place}; check the weights and the data, which may also overflow on the way: then scale them down`
        : `select: expected finite scores, got one beyond the range of f64 at ${place}; scale the weights or the data down`,
    )
  }
  throw new NumbersError('select: expected finite scores')
}

/** The sum of the threads' histograms, which follow each other at `at`. */
export function sumHistograms(kernels: Kernels, at: Pointer): Uint32Array {
  const of = (thread: number) =>
    new Uint32Array(kernels.memory.buffer, at + thread * histogramBytes, histogramBytes / 4)
  const sum = of(0).slice()
  for (let thread = 1; thread < threadsOf(kernels); thread++) {
    const own = of(thread)
    for (let bin = 0; bin < sum.length; bin++) sum[bin] += own[bin]
  }
  return sum
}

/** A histogram of all candidates by the upper 16 bits: every thread counts in its own. */
function histogramOf(kernels: Kernels, scratch: Scratch, chunks: readonly Chunk[]): Uint32Array {
  const bytes = histogramBytes * threadsOf(kernels)
  const at = scratch.alloc(bytes)
  scratch.u8(at, bytes).fill(0)
  const tasks = chunks.map(({ task }) => task)
  parallelSteps(kernels, [step('histogramF64', count, values, open, perThread(at, histogramBytes))], tasks)
  return sumHistograms(kernels, at)
}

/**
 * Masks that keep the `keep` largest scores of all matrices together; equal scores keep the lowest index (matrices in
 * order, row-major), and a cut among them is told. −0 equals +0. On all threads: a histogram of the upper 16 bits finds the bin with the threshold, a
 * second sweep writes the masks and marks what lies in that bin, where quickselect ends the search.
 *
 * Kernel memory: one byte per entry, 16 bytes per entry of the bin, 256 KiB per thread.
 *
 * @param keep from 0 to the number of candidates
 * @throws RangeError on a score that is NaN or infinite, naming its place, and when there are fewer candidates
 */
export function selectPlaced(kernels: Kernels, scores: readonly PlacedScores[], keep: number): Selection {
  if (keep === 0) {
    return { masks: scores.map(({ rows, cols }) => maskOf(rows, cols, new Uint8Array(rows * cols), 0)) }
  }
  return withScratch(kernels, (scratch) => {
    const bytes = scores.map(({ rows, cols }) => scratch.alloc(rows * cols))
    const ranges = scores.map(({ rows, cols }) => chunksOf(rows * cols))
    const pairs = scratch.alloc(ranges.flat().length * 8)
    let next = pairs
    const chunks: Chunk[] = scores.flatMap(({ at, open }, layer) =>
      ranges[layer].map(([first, length]) => ({
        layer,
        task: [length, at + first * 8, open && open + first, bytes[layer] + first, (next += 8) - 8],
      })),
    )
    const readPairs = () => scratch.i32(pairs, 2 * chunks.length).slice()

    const histogram = histogramOf(kernels, scratch, chunks)
    const notFinite = (bins: Uint32Array) => bins.some((held) => held > 0)
    if (notFinite(histogram.subarray(infinityBin, signBit)) || notFinite(histogram.subarray(signBit + infinityBin))) {
      refuseNotFinite(scratch, scores)
    }
    const { bin, rank, held } = findBin(histogram, keep)
    const [low, high] = binRange(bin)
    const tasks = chunks.map(({ task }) => task)
    parallelSteps(kernels, [step('markF64', count, values, open, low, high, marks, counts)], tasks)
    const marked = readPairs()

    // Chunks that hold marks, each with the place of its numbers among those gathered.
    const gathered = scratch.alloc(held * 8)
    let end = gathered
    const undecided = chunks.flatMap(({ task }, i) => {
      const inside = marked[2 * i + 1]
      end += inside * 8
      return inside > 0 ? [[...task, end - inside * 8]] : []
    })
    parallelSteps(kernels, [step('gatherMarkedF64', count, values, marks, fromTask(5))], undecided)
    const threshold = kthLargestAt(kernels, gathered, held, rank)
    // What is decided by now stays out of this sweep's counts.
    scratch.i32(pairs, 2 * chunks.length).fill(0)
    parallelSteps(kernels, [step('settleF64', count, values, marks, threshold.value, counts)], undecided)
    const settled = readPairs()

    let { ties } = threshold
    const kept = scores.map(() => 0)
    const tied = chunks.flatMap(({ layer, task }, i) => {
      const equal = settled[2 * i + 1]
      const share = Math.min(ties, equal)
      ties -= share
      kept[layer] += marked[2 * i] + settled[2 * i] + share
      return equal > 0 ? [[task[0], task[3], share]] : []
    })
    parallelSteps(kernels, [step('settleTies', fromTask(0), fromTask(1), fromTask(2))], tied)
    const masks = scores.map(({ rows, cols }, layer) =>
      maskOf(rows, cols, scratch.u8(bytes[layer], rows * cols).slice(), kept[layer]),
    )
    const tie = tieOf(threshold)
    return { masks, ...(tie && { tie }) }
  })
}

/** A mask whose entries are known to be 0 or 1 and counted, so that nobody has to look at them again. */
function maskOf(rows: number, cols: number, data: Uint8Array, kept: number): Mask {
  return { rows, cols, data, kept }
}

/**
 * {@link selectPlaced} for matrices.
 *
 * @param scores one matrix per layer, finite
 * @param candidates entries with mask 0 are never kept; default: all entries are candidates
 */
export function selectLargest(
  scores: readonly Matrix[],
  keep: number,
  candidates?: readonly Mask[],
  kernels: Kernels = defaultKernels(),
): Selection {
  return withScratch(kernels, (scratch) => {
    const placed = scores.map(({ rows, cols, data }, layer): PlacedScores => {
      const mask = candidates?.[layer]
      return { rows, cols, at: scratch.put(data), open: mask ? scratch.put(mask.data) : 0 }
    })
    return selectPlaced(kernels, placed, keep)
  })
}
