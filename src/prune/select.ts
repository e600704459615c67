import { defaultKernels, withScratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { createMask, type Mask } from '../network/mask.js'
import { kthLargestAt, type Threshold } from './quickselect.js'

/** Bins of a histogram of f64 numbers by sign, exponent and four bits of the mantissa. */
export const histogramBins = 0x10000

const signBit = 0x8000
/** First bin of what is not finite, for either sign. */
const infinityBin = 0x7ff0

/**
 * The upper 16 bits of every number. WebAssembly memory is little-endian by definition and every engine's typed arrays
 * are, so they are the last of the four.
 */
function words(data: Float64Array): Uint16Array {
  return new Uint16Array(data.buffer, data.byteOffset, data.length * 4)
}

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
  throw new RangeError(`select: expected at least ${k} numbers, got ${k - rank}`)
}

function refuseNotFinite(scores: readonly Matrix[], candidates: readonly Mask[] | undefined): never {
  for (const [layer, { data, cols }] of scores.entries()) {
    const at = data.findIndex((value, i) => !Number.isFinite(value) && candidates?.[layer].data[i] !== 0)
    if (at < 0) continue
    const place = `layers.${layer}, row ${Math.floor(at / cols)}, column ${at % cols}`
    throw new RangeError(
      `select: expected finite scores, got ${data[at]} at ${place}; ` +
        (Number.isNaN(data[at])
          ? 'check the weights and the data for NaN and overflow'
          : 'the score overflows: scale the weights or the data down'),
    )
  }
  throw new RangeError('select: expected finite scores')
}

/**
 * The threshold that keeps the `count` largest of all candidate scores together: one sweep for a histogram of the
 * upper 16 bits, one that collects the bin with the `count`-th largest, and quickselect in that bin.
 *
 * @param scores one matrix per layer
 * @param count from 1 to the number of candidates
 * @param candidates only entries with mask 1 take part; default: all
 * @throws RangeError on a score that is NaN or infinite, naming its place, and when there are fewer candidates
 */
export function selectionThreshold(scores: readonly Matrix[], count: number, candidates?: readonly Mask[]): Threshold {
  const histogram = new Uint32Array(histogramBins)
  for (const [layer, { data }] of scores.entries()) {
    const word = words(data)
    const open = candidates?.[layer].data
    if (open) for (let i = 0; i < open.length; i++) histogram[word[4 * i + 3]] += open[i]
    else for (let at = 3; at < word.length; at += 4) histogram[word[at]]++
  }
  const notFinite = (bins: Uint32Array) => bins.some((held) => held > 0)
  if (notFinite(histogram.subarray(infinityBin, signBit)) || notFinite(histogram.subarray(signBit + infinityBin))) {
    refuseNotFinite(scores, candidates)
  }
  const { bin, rank, held } = findBin(histogram, count)
  const twin = bin === 0 ? signBit : bin
  const kernels = defaultKernels()
  return withScratch(kernels, (scratch) => {
    const at = scratch.alloc(held * 8)
    const values = scratch.f64(at, held)
    let found = 0
    for (const [layer, { data }] of scores.entries()) {
      const word = words(data)
      const open = candidates?.[layer].data
      for (let i = 0; i < data.length; i++) {
        const w = word[4 * i + 3]
        if ((w === bin || w === twin) && open?.[i] !== 0) values[found++] = data[i]
      }
    }
    return kthLargestAt(kernels, at, held, rank)
  })
}

/**
 * Masks that keep the `count` largest scores of all matrices together; equal scores keep the lowest index (matrices in
 * order, row-major). −0 equals +0.
 *
 * @param scores one matrix per layer, finite
 * @param count from 0 to the number of candidates
 * @param candidates entries with mask 0 are never kept; default: all entries are candidates
 * @throws RangeError on a score that is NaN or infinite, naming its place, and when there are fewer candidates
 */
export function selectLargest(scores: readonly Matrix[], count: number, candidates?: readonly Mask[]): Mask[] {
  const cut = count === 0 ? { value: Infinity, ties: 0 } : selectionThreshold(scores, count, candidates)
  const { value } = cut
  let { ties } = cut
  return scores.map(({ rows, cols, data }, layer) => {
    const open = candidates?.[layer].data
    const kept = new Uint8Array(data.length)
    for (let i = 0; i < data.length; i++) {
      if (data[i] < value || open?.[i] === 0) continue
      if (data[i] === value) {
        if (ties === 0) continue
        ties--
      }
      kept[i] = 1
    }
    return createMask(rows, cols, kept)
  })
}
