import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { certifiedBound } from './cut-certificate.js'
import { enumerateSigns } from './cut-exact.js'
import { relaxSigns, type Relaxation } from './cut-relax.js'
import { climbSigns, roundedStarts, valueOfSigns } from './cut-search.js'
import { randomStream } from '../../../random/random.js'

/** What is left of a problem when some rows have been tied to row 0 and some columns to column 0. */
interface Part {
  readonly m: Matrix
  /** Row of the whole problem → its row here, and the sign relative to it. */
  readonly rowOf: Int32Array
  readonly signOf: Int8Array
  /** A certain bound on what signs here can reach. */
  readonly upper: number
  /** Unit vectors of the rows, to start the children from. */
  readonly vectors: Matrix
  readonly branch: Branch
}

interface Branch {
  readonly side: 'row' | 'column'
  readonly index: number
}

export interface BranchOptions {
  /** Stop when the bound is below (1 + gap) times the best value. */
  readonly gap: number
  /** Stop also when the bound is less than this above the best value, because no value lies between. */
  readonly grain: number
  /** Stop after this many parts. */
  readonly parts: number
}

export interface Enclosure {
  readonly signs: Float64Array
  readonly value: number
  readonly upper: number
}

/** Parts with no more rows or columns than this, the border apart, are enumerated. */
const enumerable = 13
const refinement = { steps: 30, tolerance: 1e-3 }

/** Row `index` joins row 0 with a sign. */
function tieRow({ rows, cols, data }: Matrix, index: number, sign: number): Matrix {
  const result = matrix(rows - 1, cols)
  result.data.set(data.subarray(0, index * cols))
  result.data.set(data.subarray((index + 1) * cols), index * cols)
  for (let j = 0; j < cols; j++) result.data[j] += sign * data[index * cols + j]
  return result
}

function tieColumn({ rows, cols, data }: Matrix, index: number, sign: number): Matrix {
  const result = matrix(rows, cols - 1)
  for (let i = 0; i < rows; i++) {
    const from = i * cols
    const to = i * (cols - 1)
    result.data.set(data.subarray(from, from + index), to)
    result.data.set(data.subarray(from + index + 1, from + cols), to + index)
    result.data[to] += sign * data[from + index]
  }
  return result
}

function dropRow({ rows, cols, data }: Matrix, index: number): Matrix {
  const result = matrix(rows - 1, cols)
  result.data.set(data.subarray(0, index * cols))
  result.data.set(data.subarray((index + 1) * cols), index * cols)
  return result
}

/**
 * The row or column whose tie to the border matters most and is least decided: weight in the bound times one minus the
 * size of its inner product with the border's vector.
 */
function chooseBranch({ left, right, p, q }: Relaxation): Branch {
  let best: Branch = { side: 'row', index: 1 }
  let most = -1
  const look = (side: Branch['side'], { rows, cols, data }: Matrix, weight: Float64Array) => {
    for (let i = 1; i < rows; i++) {
      let product = 0
      for (let k = 0; k < cols; k++) product += data[k] * data[i * cols + k]
      const score = weight[i] * (1 - Math.abs(product))
      if (score > most) {
        most = score
        best = { side, index: i }
      }
    }
  }
  look('row', left, p)
  look('column', right, q)
  return best
}

/**
 * Encloses ‖M‖_{∞→1} by branch and bound: the part with the largest bound is split by tying one row to row 0, or one column
 * to column 0, with either sign; every part is bounded by its relaxation's certificate, small ones are enumerated. Stops when
 * the bound has come close enough to the best value, so with `gap` 0 and enough parts the result is exact up to rounding.
 *
 * @param root the relaxation of `m`, whose certified bound is `start.upper`
 * @param start signs of the rows to improve on, their value, and a certain bound
 * @param slack what rounding in sums of entries of `m` can amount to, already in `start.upper`
 */
export function branchAndBound(
  m: Matrix,
  root: Relaxation,
  start: Enclosure,
  slack: number,
  { gap, grain, parts }: BranchOptions,
): Enclosure {
  let { signs, value } = start
  const enough = () => Math.max(value * (1 + gap), value + grain)
  const random = randomStream(0, 'cut branch', m.rows, m.cols)
  let open: Part[] = [
    {
      m,
      rowOf: Int32Array.from({ length: m.rows }, (_, i) => i),
      signOf: new Int8Array(m.rows).fill(1),
      upper: start.upper,
      vectors: root.left,
      branch: chooseBranch(root),
    },
  ]
  /** The largest bound among parts that were closed without being enumerated. */
  let closed = 0
  const offer = (partSigns: Float64Array, rowOf: Int32Array, signOf: Int8Array): void => {
    const whole = Float64Array.from(rowOf, (row, i) => signOf[i] * partSigns[row])
    const reached = valueOfSigns(m, whole)
    if (reached > value) [signs, value] = [whole, reached]
  }
  const child = (parent: Part, sign: number): void => {
    const { side, index } = parent.branch
    const byRow = side === 'row'
    const part = byRow ? tieRow(parent.m, index, sign) : tieColumn(parent.m, index, sign)
    const signOf = byRow ? parent.signOf.map((s, i) => (parent.rowOf[i] === index ? sign * s : s)) : parent.signOf
    const rowOf = byRow ? parent.rowOf.map((row) => (row === index ? 0 : row > index ? row - 1 : row)) : parent.rowOf
    if (part.rows - 1 <= enumerable) {
      offer(enumerateSigns(part), rowOf, signOf)
      return
    }
    const relaxation = relaxSigns(part, byRow ? dropRow(parent.vectors, index) : parent.vectors, refinement)
    const upper = Math.min(parent.upper, certifiedBound(part, relaxation.p, relaxation.q) + slack)
    if (upper > enough()) {
      offer(climbSigns(part, roundedStarts(relaxation.left, 1, random)), rowOf, signOf)
      open.push({ m: part, rowOf, signOf, upper, vectors: relaxation.left, branch: chooseBranch(relaxation) })
    } else closed = Math.max(closed, upper)
  }
  for (let count = 0; count < parts; count += 2) {
    open = open.filter((part) => {
      if (part.upper > enough()) return true
      closed = Math.max(closed, part.upper)
      return false
    })
    if (open.length === 0) break
    let at = 0
    for (let k = 1; k < open.length; k++) if (open[k].upper > open[at].upper) at = k
    const [worst] = open.splice(at, 1)
    child(worst, 1)
    child(worst, -1)
  }
  const upper = Math.max(value, closed, ...open.map((part) => part.upper))
  return { signs, value, upper }
}
