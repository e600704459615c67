import { matmul } from '../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../linalg/matrix.js'
import { binSums, stripeSums } from './binning.js'
import type { Values } from './estimators/estimator.js'

/** The block of every unit on every axis: `labels[0]` of the first matrix's columns, `labels[l]` of matrix l's rows. */
export interface Blocks {
  readonly labels: readonly Int32Array[]
  /** Blocks per axis; some may be empty. */
  readonly counts: readonly number[]
}

export interface BlockFit extends Blocks {
  /** `theta[l]`, `[counts[l + 1], counts[l]]`: mean of matrix l's entries in each pair of blocks; 0 in empty ones. */
  readonly theta: readonly Matrix[]
  /** Σ S log θ + (N − S) log(1 − θ) over all pairs of blocks and all matrices, at the means themselves. */
  readonly logLikelihood: number
}

export interface RefineOptions {
  /** Axes whose units may change their block. */
  readonly free: readonly boolean[]
  /** Blocks keep their sizes: units change places in pairs. Default false. */
  readonly balanced?: boolean
}

/** Rounds over all axes; what is there to find is found in a few. */
const mostRounds = 20
/** A round that gains less than this share of the likelihood is the last: past it noise is fitted, not structure. */
const leastGain = 1e-4
/** Rounds over the units when pairs change places, and blocks that a unit considers. */
const mostSwapRounds = 4
const favourites = 3

function sizesOf(labels: Int32Array, count: number): Float64Array {
  const sizes = new Float64Array(count)
  for (const label of labels) sizes[label]++
  return sizes
}

/** Sums of each row's entries over the blocks of the columns: `[rows, count]`. */
function rowToBlocks({ rows, cols, data }: Values, labels: Int32Array, count: number): Matrix {
  const result = matrix(rows, count)
  for (let i = 0; i < rows; i++) {
    const from = i * cols
    const to = i * count
    for (let j = 0; j < cols; j++) result.data[to + labels[j]] += data[from + j]
  }
  return result
}

/** Rows of `toOther` summed within the blocks of their units: the sums of each pair of blocks. */
function gathered({ cols, data }: Matrix, own: Int32Array, count: number): Matrix {
  const sums = matrix(count, cols)
  own.forEach((label, i) => {
    for (let c = 0; c < cols; c++) sums.data[label * cols + c] += data[i * cols + c]
  })
  return sums
}

/** Kept inside (0, 1) by half an entry of either kind (Krichevsky and Trofimov 1981). */
function predicted(sum: number, size: number): number {
  return (Math.min(size, Math.max(0, sum)) + 0.5) / (size + 1)
}

/**
 * Adds to `scores` `[units, own blocks]` how well each block foretells the connections of each unit with the `other` axis,
 * in log-likelihood. A unit's own block is asked without the unit itself; else every unit would prefer where it is.
 *
 * @param toOther `[units, other blocks]`: sums of each unit's connections with each block of the other axis
 */
function addScores(
  scores: Matrix,
  toOther: Matrix,
  own: Int32Array,
  ownSizes: Float64Array,
  otherSizes: Float64Array,
): void {
  const sums = gathered(toOther, own, scores.cols)
  const [K, others] = [sums.rows, sums.cols]
  const logit = matrix(K, others)
  const none = new Float64Array(K)
  for (let b = 0; b < K; b++) {
    for (let c = 0; c < others; c++) {
      const p = predicted(sums.data[b * others + c], ownSizes[b] * otherSizes[c])
      const log1 = Math.log(1 - p)
      logit.data[b * others + c] = Math.log(p) - log1
      none[b] += otherSizes[c] * log1
    }
  }
  const gains = matmul(toOther, logit, { transposeB: true })
  for (let i = 0; i < scores.rows; i++) {
    const a = own[i]
    let without = 0
    for (let c = 0; c < others; c++) {
      const value = toOther.data[i * others + c]
      const p = predicted(sums.data[a * others + c] - value, (ownSizes[a] - 1) * otherSizes[c])
      without += value * Math.log(p) + (otherSizes[c] - value) * Math.log(1 - p)
    }
    for (let b = 0; b < K; b++) scores.data[i * K + b] += b === a ? without : gains.data[i * K + b] + none[b]
  }
}

/** Scores of all blocks of one axis for all its units, from the matrix that ends in it and the one that begins in it. */
function axisScores(matrices: readonly Values[], { labels, counts }: Blocks, axis: number): Matrix {
  const own = labels[axis]
  const ownSizes = sizesOf(own, counts[axis])
  const scores = matrix(own.length, counts[axis])
  const add = (toOther: Matrix, other: number) => {
    addScores(scores, toOther, own, ownSizes, sizesOf(labels[other], counts[other]))
  }
  if (axis > 0) add(rowToBlocks(matrices[axis - 1], labels[axis - 1], counts[axis - 1]), axis - 1)
  if (axis < matrices.length) {
    add(transpose(stripeSums(matrices[axis], labels[axis + 1], counts[axis + 1])), axis + 1)
  }
  return scores
}

/** Every unit to the block of its best score; ties keep it where it is. */
function assignFreely({ cols: K, data }: Matrix, own: Int32Array, sizes: Float64Array): Int32Array {
  return own.map((a, i) => {
    let best = a
    for (let b = 0; b < K; b++) if (sizes[b] > 0 && data[i * K + b] > data[i * K + best]) best = b
    return best
  })
}

/** The `favourites` best blocks of every unit, best first. */
function wishes({ rows, cols: K, data }: Matrix): Int32Array {
  const kept = Math.min(favourites, K)
  const result = new Int32Array(rows * kept)
  for (let i = 0; i < rows; i++) {
    for (let place = 0, taken = 0; place < kept; place++) {
      let best = -1
      for (let b = 0; b < K; b++) {
        if (best >= 0 && !(data[i * K + b] > data[i * K + best])) continue
        let free = true
        for (let t = 0; t < taken; t++) free &&= result[i * kept + t] !== b
        if (free) best = b
      }
      result[i * kept + place] = best
      taken++
    }
  }
  return result
}

/** Changes places of pairs as long as that raises the sum of scores, each unit with its best partner in a block it likes. */
function assignBalanced(scores: Matrix, own: Int32Array): Int32Array {
  const { cols: K, data } = scores
  const labels = own.slice()
  const members = Array.from({ length: K }, (): number[] => [])
  labels.forEach((label, i) => members[label].push(i))
  const liked = wishes(scores)
  const kept = Math.min(favourites, K)
  for (let round = 0; round < mostSwapRounds; round++) {
    let swapped = false
    for (let i = 0; i < labels.length; i++) {
      const a = labels[i]
      let most = 1e-9
      let partner = -1
      for (let place = 0; place < kept; place++) {
        const b = liked[i * kept + place]
        const wish = data[i * K + b] - data[i * K + a]
        if (!(wish > 0)) break
        const block = members[b]
        for (let m = 0; m < block.length; m++) {
          const j = block[m]
          const gain = wish + data[j * K + a] - data[j * K + b]
          if (gain > most) {
            most = gain
            partner = j
          }
        }
      }
      if (partner < 0) continue
      const b = labels[partner]
      members[a][members[a].indexOf(i)] = partner
      members[b][members[b].indexOf(partner)] = i
      labels[i] = b
      labels[partner] = a
      swapped = true
    }
    if (!swapped) break
  }
  return labels
}

function measured(matrices: readonly Values[], blocks: Blocks): BlockFit {
  let logLikelihood = 0
  const theta = matrices.map((values, l) => {
    const { labels, counts } = blocks
    const S = binSums(values, labels[l + 1], counts[l + 1], labels[l], counts[l])
    const [rowSizes, colSizes] = [sizesOf(labels[l + 1], counts[l + 1]), sizesOf(labels[l], counts[l])]
    const means = matrix(S.rows, S.cols)
    for (let r = 0; r < S.rows; r++) {
      for (let c = 0; c < S.cols; c++) {
        const N = rowSizes[r] * colSizes[c]
        if (N === 0) continue
        const p = Math.min(1, Math.max(0, S.data[r * S.cols + c] / N))
        means.data[r * S.cols + c] = p
        if (p > 0 && p < 1) logLikelihood += N * (p * Math.log(p) + (1 - p) * Math.log(1 - p))
      }
    }
    return means
  })
  return { ...blocks, theta, logLikelihood }
}

/**
 * Alternating block assignment over a chain of matrices: axis after axis, every unit goes to the block that best foretells
 * its incoming row and its outgoing column together (Bernoulli log-likelihood, own block without the unit itself), until
 * nothing changes. Hard-assignment fitting of a stochastic block model with shared labels, local search from `start`; what
 * is returned is the most likely state on the way, never less likely than the start.
 *
 * @param matrices M^1 … M^{L+1}; one matrix is a bipartite block model
 */
export function refineBlocks(
  matrices: readonly Values[],
  start: Blocks,
  { free, balanced = false }: RefineOptions,
): BlockFit {
  const labels: Int32Array[] = start.labels.map((axis) => axis.slice())
  const blocks = { labels, counts: start.counts }
  let best = measured(matrices, start)
  for (let round = 0; round < mostRounds; round++) {
    let moved = 0
    labels.forEach((own, axis) => {
      if (!free[axis] || start.counts[axis] < 2) return
      const scores = axisScores(matrices, blocks, axis)
      const next = balanced ? assignBalanced(scores, own) : assignFreely(scores, own, sizesOf(own, scores.cols))
      next.forEach((label, i) => (moved += label === own[i] ? 0 : 1))
      labels[axis] = next
    })
    if (moved === 0) break
    const now = measured(matrices, { labels: labels.slice(), counts: start.counts })
    const gain = now.logLikelihood - best.logLikelihood
    if (gain > 0) best = now
    if (!(gain > leastGain * Math.abs(best.logLikelihood))) break
  }
  return best
}
