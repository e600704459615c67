import type { Matrix } from '../../linalg/matrix.js'
import { randomStream } from '../../random/random.js'
import { cutOfRows } from './cut-exact.js'

/** Gains below this fraction are rounding. */
const realGain = 1 + 1e-12

function columnSums({ rows, cols, data }: Matrix, inS: Uint8Array): Float64Array {
  const sums = new Float64Array(cols)
  for (let i = 0; i < rows; i++) if (inS[i] === 1) for (let j = 0; j < cols; j++) sums[j] += data[i * cols + j]
  return sums
}

/** Twice the best cut for the column sums of a row set: Σ|x_j| + |Σ x_j|. */
function twiceCut(sums: Float64Array): number {
  let absolute = 0
  let total = 0
  for (const value of sums) {
    absolute += Math.abs(value)
    total += value
  }
  return absolute + Math.abs(total)
}

/** One step of alternating maximisation: the best T for S, then the best S for that T. */
function alternate({ rows, cols, data }: Matrix, inS: Uint8Array, sums: Float64Array): void {
  const sign = sums.reduce((total, value) => total + value, 0) >= 0 ? 1 : -1
  const inT = sums.map((value) => (sign * value > 0 ? sign : 0))
  for (let i = 0; i < rows; i++) {
    let rowSum = 0
    for (let j = 0; j < cols; j++) rowSum += data[i * cols + j] * inT[j]
    inS[i] = rowSum > 0 ? 1 : 0
  }
}

/** Moves single rows in or out of S, T following, until none helps. Returns whether any did. */
function moveRows({ rows, cols, data }: Matrix, inS: Uint8Array): boolean {
  const sums = columnSums({ rows, cols, data }, inS)
  let best = twiceCut(sums)
  let moved = false
  for (let i = 0, idle = 0; idle < rows; i = (i + 1) % rows) {
    const sign = inS[i] === 1 ? -1 : 1
    let absolute = 0
    let total = 0
    for (let j = 0; j < cols; j++) {
      const value = sums[j] + sign * data[i * cols + j]
      absolute += Math.abs(value)
      total += value
    }
    const value = absolute + Math.abs(total)
    if (value > best * realGain) {
      for (let j = 0; j < cols; j++) sums[j] += sign * data[i * cols + j]
      inS[i] ^= 1
      best = value
      moved = true
      idle = 0
    } else idle++
  }
  return moved
}

/** Improves a row set in place until neither alternation nor a single move does. */
function climb(e: Matrix, inS: Uint8Array): void {
  let best = -1
  for (;;) {
    const sums = columnSums(e, inS)
    const value = twiceCut(sums)
    if (value > best * realGain) {
      best = value
      alternate(e, inS, sums)
    } else if (!moveRows(e, inS)) return
  }
}

/**
 * A large cut max |Σ_{S×T} E| by climbing from several row sets: those given, all rows, rows with positive or negative
 * sums, and random halves. Deterministic. The result is the value of a real cut, hence a lower bound.
 */
export function searchCut(e: Matrix, starts: readonly Uint8Array[]): number {
  const { rows, cols, data } = e
  const rowSums = Float64Array.from({ length: rows }, (_, i) =>
    data.subarray(i * cols, (i + 1) * cols).reduce((total, value) => total + value, 0),
  )
  const random = randomStream(0, 'cut search', rows, cols)
  const randomStarts = Math.min(24, Math.max(4, Math.floor(1e6 / (rows * cols))))
  const candidates = [
    new Uint8Array(rows).fill(1),
    Uint8Array.from(rowSums, (value) => (value > 0 ? 1 : 0)),
    Uint8Array.from(rowSums, (value) => (value < 0 ? 1 : 0)),
    ...starts.map((start) => start.slice()),
    ...Array.from({ length: randomStarts }, () => Uint8Array.from({ length: rows }, () => random.below(2))),
  ]
  let best = 0
  for (const inS of candidates) {
    climb(e, inS)
    best = Math.max(
      best,
      cutOfRows(e, (row) => inS[row] === 1),
    )
  }
  return best
}
