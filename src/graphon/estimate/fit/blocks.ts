import { matmul } from '../../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../../linalg/matrix.js'
import { stripeSums } from './binning.js'
import type { Values } from '../estimators/estimator.js'

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

/** A matrix and its transpose, made once for all fits to it. */
interface BothWays {
  readonly byRow: Matrix
  readonly byColumn: Matrix
}

/** Matrices as block models read them. */
export type BlockData = readonly BothWays[]

export function blockData(matrices: readonly Values[]): BlockData {
  return matrices.map(({ rows, cols, data }) => {
    const byRow = matrix(rows, cols, Float64Array.from(data))
    return { byRow, byColumn: transpose(byRow) }
  })
}

/**
 * Sums of the entries of every unit over the blocks of its other side, kept up to date as units move: `toRows[l]` is
 * `[row blocks, columns]` of matrix l, `toColumns[l]` `[column blocks, rows]`.
 */
interface Stripes {
  readonly toRows: Matrix[]
  readonly toColumns: Matrix[]
}

function stripesOf(data: BlockData, { labels, counts }: Blocks): Stripes {
  return {
    toRows: data.map(({ byRow }, l) => stripeSums(byRow, labels[l + 1], counts[l + 1])),
    toColumns: data.map(({ byColumn }, l) => stripeSums(byColumn, labels[l], counts[l])),
  }
}

/** The stripes of `lines` when its rows have changed blocks: only what has moved is touched, unless it is most. */
function moved(lines: Matrix, stripes: Matrix, before: Int32Array, after: Int32Array): Matrix {
  const { cols, data } = lines
  let moves = 0
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) moves++
  if (2 * moves >= before.length) return stripeSums(lines, after, stripes.rows)
  for (let i = 0; i < before.length; i++) {
    if (before[i] === after[i]) continue
    const [line, from, to] = [i * cols, before[i] * cols, after[i] * cols]
    for (let j = 0; j < cols; j++) {
      stripes.data[from + j] -= data[line + j]
      stripes.data[to + j] += data[line + j]
    }
  }
  return stripes
}

/** Stripes `[other blocks, units]` summed within the blocks of their units: `[own blocks, other blocks]`. */
function gathered({ rows, cols, data }: Matrix, own: Int32Array, count: number): Matrix {
  const sums = matrix(count, rows)
  for (let c = 0; c < rows; c++) {
    for (let i = 0; i < cols; i++) sums.data[own[i] * rows + c] += data[c * cols + i]
  }
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
 * @param toOther `[other blocks, units]`: sums of each unit's connections with each block of the other axis
 */
function addScores(
  scores: Matrix,
  toOther: Matrix,
  own: Int32Array,
  ownSizes: Float64Array,
  otherSizes: Float64Array,
): void {
  const sums = gathered(toOther, own, scores.cols)
  const [K, others, units] = [sums.rows, sums.cols, scores.rows]
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
  const gains = matmul(toOther, logit, { transposeA: true, transposeB: true })
  const without = new Float64Array(units)
  for (let c = 0; c < others; c++) {
    for (let i = 0; i < units; i++) {
      const a = own[i]
      const value = toOther.data[c * units + i]
      const p = predicted(sums.data[a * others + c] - value, (ownSizes[a] - 1) * otherSizes[c])
      without[i] += value * Math.log(p) + (otherSizes[c] - value) * Math.log(1 - p)
    }
  }
  for (let i = 0; i < units; i++) {
    for (let b = 0; b < K; b++) {
      scores.data[i * K + b] += b === own[i] ? without[i] : gains.data[i * K + b] + none[b]
    }
  }
}

/** Scores of all blocks of one axis for all its units, from the matrix that ends in it and the one that begins in it. */
function axisScores({ toRows, toColumns }: Stripes, { labels, counts }: Blocks, axis: number): Matrix {
  const own = labels[axis]
  const ownSizes = sizesOf(own, counts[axis])
  const scores = matrix(own.length, counts[axis])
  const add = (toOther: Matrix, other: number) => {
    addScores(scores, toOther, own, ownSizes, sizesOf(labels[other], counts[other]))
  }
  if (axis > 0) add(toColumns[axis - 1], axis - 1)
  if (axis < toRows.length) add(toRows[axis], axis + 1)
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

function measured({ toColumns }: Stripes, blocks: Blocks): BlockFit {
  const { labels, counts } = blocks
  let logLikelihood = 0
  const theta = toColumns.map((stripes, l) => {
    const S = gathered(stripes, labels[l + 1], counts[l + 1])
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
 * @param data M^1 … M^{L+1}; one matrix is a bipartite block model
 */
export function refineBlocks(data: BlockData, start: Blocks, { free, balanced = false }: RefineOptions): BlockFit {
  const labels: Int32Array[] = start.labels.map((axis) => axis.slice())
  const blocks = { labels, counts: start.counts }
  const stripes = stripesOf(data, start)
  let best = measured(stripes, start)
  for (let round = 0; round < mostRounds; round++) {
    let changes = 0
    labels.forEach((own, axis) => {
      if (!free[axis] || start.counts[axis] < 2) return
      const scores = axisScores(stripes, blocks, axis)
      const next = balanced ? assignBalanced(scores, own) : assignFreely(scores, own, sizesOf(own, scores.cols))
      next.forEach((label, i) => (changes += label === own[i] ? 0 : 1))
      labels[axis] = next
      if (axis > 0) stripes.toRows[axis - 1] = moved(data[axis - 1].byRow, stripes.toRows[axis - 1], own, next)
      if (axis < data.length) stripes.toColumns[axis] = moved(data[axis].byColumn, stripes.toColumns[axis], own, next)
    })
    if (changes === 0) break
    const now = measured(stripes, { labels: labels.slice(), counts: start.counts })
    const gain = now.logLikelihood - best.logLikelihood
    if (gain > 0) best = now
    if (!(gain > leastGain * Math.abs(best.logLikelihood))) break
  }
  return best
}
