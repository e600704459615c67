import { matrix, type Matrix } from '../../../../linalg/matrix.js'
import { transport } from '../transport.js'
import { turned, type Sides } from './sides.js'

/** Rounds of the game; each solves one transport problem. */
const rounds = 60
/** The game ends when the bounds on its value are relatively this close. */
const closeEnough = 0.01
/** Alternations between the two sides of a cut. */
const alternations = 8

/** A set T of fixed columns, the sign of the integral over it, and what it earns. */
interface Reply {
  readonly sign: 1 | -1
  readonly inT: Uint8Array
  readonly value: number
}

/**
 * The cut norm over couplings of the rows when columns are fixed, from below. For a set T of columns and a sign,
 *
 *     max over S of ± ∫_{S×T} A − B = Σ π_ip (±(x_i − y_p))⁺,     x_i = ∫_T A(i, v) dv,  y_p = ∫_T B(p, v) dv,
 *
 * is linear in the coupling π. So the infimum over π of the cut norm is the value of a game: π against mixtures of sets T, and
 * for any mixture the cheapest transport with the mean cost is a lower bound. The mixture is found by letting both sides answer
 * each other's average (fictitious play); the best bound met on the way is returned.
 */
export function gameBound(sides: Sides): number {
  if (sides.rowsFree === sides.colsFree) return 0
  const { a, b, rowA, rowB, colA } = sides.rowsFree ? sides : turned(sides)
  const weighted = (m: Matrix) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value, k) => value * colA[k % m.cols]),
    )
  const [x, y] = [weighted(a), weighted(b)]
  const play = matrix(a.rows, b.rows)
  rowA.forEach((mass, i) => rowB.forEach((other, p) => (play.data[i * b.rows + p] = mass * other)))
  const mean = matrix(a.rows, b.rows)
  let best = 0
  let last: Uint8Array | undefined
  for (let round = 0; round < rounds; round++) {
    const { inT, sign, value } = bestReply(x, y, play, last)
    if (best >= value * (1 - closeEnough)) break
    last = inT
    // Later rounds count more: early answers were to bad play.
    const step = 2 / (round + 2)
    mix(mean, step, replyCosts(x, y, inT, sign))
    const { coupling, lower } = transport(mean, rowA, rowB)
    best = Math.max(best, lower)
    const answer = matrix(a.rows, b.rows)
    coupling.measure.forEach((mass, k) => (answer.data[coupling.inA[k] * b.rows + coupling.inB[k]] = mass))
    mix(play, step, answer)
  }
  return best
}

function mix(mean: Matrix, step: number, next: Matrix): void {
  for (let k = 0; k < mean.data.length; k++) mean.data[k] += step * (next.data[k] - mean.data[k])
}

/** Σ of each row over the columns in T. */
function sumsOver({ rows, cols, data }: Matrix, inT: Uint8Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0
    for (let j = 0; j < cols; j++) sum += inT[j] * data[i * cols + j]
    return sum
  })
}

function replyCosts(x: Matrix, y: Matrix, inT: Uint8Array, sign: number): Matrix {
  const [ofA, ofB] = [sumsOver(x, inT), sumsOver(y, inT)]
  const result = matrix(x.rows, y.rows)
  for (let i = 0; i < x.rows; i++) {
    for (let p = 0; p < y.rows; p++) result.data[i * y.rows + p] = Math.max(0, sign * (ofA[i] - ofB[p]))
  }
  return result
}

/** The most earning set that alternation finds from all columns, those that gained, those that lost, and the last answer. */
function bestReply(x: Matrix, y: Matrix, play: Matrix, last?: Uint8Array): Reply {
  const gain = columnGain(x, y, play, undefined)
  const starts = [gain.map(() => 1), gain.map((value) => +(value > 0)), gain.map((value) => +(value < 0))]
  const sets = [...starts.map((set) => Uint8Array.from(set)), ...(last ? [last] : [])]
  const replies = sets.flatMap((set) => ([1, -1] as const).map((sign) => climb(x, y, play, set, sign)))
  return replies.reduce((best, reply) => (reply.value > best.value ? reply : best))
}

function climb(x: Matrix, y: Matrix, play: Matrix, start: Uint8Array, sign: 1 | -1): Reply {
  let best: Reply = { sign, inT: start, value: 0 }
  for (let round = 0; round < alternations; round++) {
    const costs = replyCosts(x, y, best.inT, sign)
    const gain = columnGain(x, y, play, costs).map((value) => sign * value)
    const value = gain.reduce((sum, one) => sum + Math.max(0, one), 0)
    if (!(value > best.value * (1 + 1e-12))) break
    best = { sign, inT: Uint8Array.from(gain, (one) => +(one > 0)), value }
  }
  return best
}

/** ∫ of A − B over each column and the pairs of rows with positive cost, or all of them. */
function columnGain(x: Matrix, y: Matrix, play: Matrix, costs?: Matrix): Float64Array {
  const [ofA, ofB] = [new Float64Array(x.rows), new Float64Array(y.rows)]
  for (let i = 0; i < x.rows; i++) {
    for (let p = 0; p < y.rows; p++) {
      const at = i * y.rows + p
      if (costs && !(costs.data[at] > 0)) continue
      ofA[i] += play.data[at]
      ofB[p] += play.data[at]
    }
  }
  const result = new Float64Array(x.cols)
  const add = ({ rows, cols, data }: Matrix, weights: Float64Array, sign: number) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) result[j] += sign * weights[i] * data[i * cols + j]
    }
  }
  add(x, ofA, 1)
  add(y, ofB, -1)
  return result
}
