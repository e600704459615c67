import { matrix, transpose, type Matrix } from '../../../linalg/matrix.js'
import { randomStream } from '../../../random/random.js'
import { bordered, cutOfSigns, massBound, type Cut } from './cut-border.js'
import { branchAndBound } from './cut-branch.js'
import { certifiedBound } from './cut-certificate.js'
import { enumerateSigns } from './cut-exact.js'
import { relaxationRank, relaxSigns } from './cut-relax.js'
import { climbSigns, plainStarts, roundedStarts, valueOfSigns } from './cut-search.js'

/** The best cut found, and a certain bound on all cuts: value ≤ ‖E‖_□ ≤ upper. */
export interface CutBounds extends Cut {
  readonly upper: number
}

export interface CutOptions {
  /**
   * Branching stops when upper ≤ (1 + gap)·value. Default 0.09; 0 asks for the exact value, however long it takes, and
   * Infinity for no branching.
   */
  readonly gap?: number
}

/** With at most this many rows or columns the value is always exact, because there is enumeration to fall back on. */
export const exactSide = 24
/** Up to this many the exact value is tried for, and usually found. */
const exactTried = 32
/** Up to this many rows enumeration takes a few milliseconds. */
const enumerateFirst = 18
/** A bound this close to the value is equal to it up to rounding. */
const rounding = 1e-11
/** Multiplications that branching may spend, about half a second. */
const budget = 2.4e9

/** Multiplications for one part: a few steps of the relaxation, and its certificate. */
function partWork({ rows, cols }: Matrix, rank: number): number {
  return 16 * rows * cols * rank + rows * rows * cols + 8 * rows ** 3
}

/** Finest power of two that is looked for in {@link grain}. */
const finestGrain = 2 ** -20

/** The largest power of two that divides all entries, or 0 if none above 2^-20 does: cuts are its multiples. */
function grain({ data }: Matrix): number {
  for (let unit = 1; unit >= finestGrain; unit /= 2)
    if (data.every((value) => Number.isInteger(value / unit))) return unit
  return 0
}

/** Values of both sides' absolute sums, in order of size: which side is taken for rows then does not depend on transposition. */
function lessThan(a: Float64Array, b: Float64Array): boolean {
  const k = a.findIndex((value, i) => value !== b[i])
  return k >= 0 && a[k] < b[k]
}

function absoluteSums({ rows, cols, data }: Matrix): { byRow: Float64Array; byCol: Float64Array } {
  const byRow = new Float64Array(rows)
  const byCol = new Float64Array(cols)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const size = Math.abs(data[i * cols + j])
      byRow[i] += size
      byCol[j] += size
    }
  }
  return { byRow: byRow.sort(), byCol: byCol.sort() }
}

function turnFirst(e: Matrix): boolean {
  if (e.rows !== e.cols) return e.rows > e.cols
  const { byRow, byCol } = absoluteSums(e)
  return lessThan(byCol, byRow)
}

/** For rows ≤ cols. */
function enclose(e: Matrix, gap: number): CutBounds {
  const mass = massBound(e)
  const unit = grain(e)
  const settled = (cut: Cut, upper: number): CutBounds => {
    const below = unit > 0 ? unit * Math.floor(upper / unit) : upper
    return { ...cut, upper: below <= cut.value * (1 + rounding) ? cut.value : below }
  }
  if (mass === 0) return { value: 0, rows: [], cols: [], upper: 0 }
  const m = bordered(e)
  if (e.rows <= enumerateFirst) {
    const cut = cutOfSigns(e, enumerateSigns(m))
    return { ...cut, upper: cut.value }
  }
  const random = randomStream(0, 'cut norm', e.rows, e.cols)
  const rank = relaxationRank(m)
  const start = matrix(
    m.rows,
    rank,
    new Float64Array(m.rows * rank).map(() => random.normal()),
  )
  const steps = Math.min(150, Math.max(30, Math.ceil(4e9 / (4 * m.rows * m.cols * rank))))
  const relaxation = relaxSigns(m, start, { steps, tolerance: 1e-4 })
  const starts = Math.min(48, Math.max(4, Math.floor(4e6 / (m.rows * m.cols))))
  const signs = climbSigns(m, [...plainStarts(m, starts, random), ...roundedStarts(relaxation.left, starts, random)])
  const cut = cutOfSigns(e, signs)
  // Rounding of the border's sums, and of those of rows and columns that branching ties together.
  const slack = 4 * (m.rows + m.cols) * Number.EPSILON * m.data.reduce((total, value) => total + Math.abs(value), 0)
  let upper = Math.min(4 * mass, certifiedBound(m, relaxation.p, relaxation.q) + slack)
  // Where the relaxation has no gap the dual solution can be read off the signs, which is more accurate.
  if (upper <= 4 * cut.value * 1.01) upper = Math.min(upper, boundFromSigns(m, signs) + slack)
  const small = e.rows <= exactSide
  const wanted = small || (e.rows <= exactTried && gap < Infinity) ? 0 : gap
  const least = 4 * unit * (1 - rounding)
  if (upper <= Math.max(4 * cut.value * (1 + Math.max(wanted, rounding)), 4 * cut.value + least))
    return settled(cut, upper / 4)
  const work = partWork(m, rank)
  const found = branchAndBound(m, relaxation, { signs, value: valueOfSigns(m, signs), upper }, slack, {
    gap: Math.max(wanted, rounding),
    grain: least,
    parts: small ? (2 ** e.rows * m.cols) / (4 * work) : gap === 0 ? Infinity : budget / work,
  })
  const better = cutOfSigns(e, found.signs)
  const bounds = settled(better.value > cut.value ? better : cut, found.upper / 4)
  if (small && bounds.upper > bounds.value) {
    const exact = cutOfSigns(e, enumerateSigns(m))
    return { ...exact, upper: exact.value }
  }
  return bounds
}

/** {@link certifiedBound} with p_i = s_i (Mt)_i and q_j = t_j (Mᵀs)_j: the dual solution if s, t are optimal and the gap zero. */
function boundFromSigns(m: Matrix, signs: Float64Array): number {
  const { rows, cols, data } = m
  const p = new Float64Array(rows)
  const q = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) q[j] += signs[i] * data[i * cols + j]
  const t = q.map(Math.sign)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) p[i] += signs[i] * data[i * cols + j] * t[j]
  return certifiedBound(m, p.map(Math.abs), q.map(Math.abs))
}

/**
 * Encloses ‖E‖_□ = max over S, T of |Σ_{S×T} E_ij| (Frieze and Kannan 1999), which is NP-hard to compute.
 *
 * Exact, up to rounding, when the smaller side is at most {@link exactSide}, and mostly up to 32. Else the lower bound is the value of a cut that
 * climbing from random and rounded starts found, and the upper bound a certificate of the semidefinite relaxation (Alon and
 * Naor 2006) that Cholesky's algorithm verified, tightened by branch and bound until the interval is relatively as narrow as
 * `gap`, or about half a second's work is done. Deterministic; the same for −E, and for Eᵀ with S and T exchanged.
 *
 * @param e entries about as large as 1, so that no product over- or underflows
 */
export function cutNorm(e: Matrix, { gap = 0.09 }: CutOptions = {}): CutBounds {
  if (!turnFirst(e)) return enclose(e, gap)
  const { rows, cols, ...rest } = enclose(transpose(e), gap)
  return { ...rest, rows: cols, cols: rows }
}
