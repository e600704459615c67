// A panel of Householder reflectors of the reduction to tridiagonal form, by one thread that others may join.
// The matrix is symmetric and row-major with its lower triangle stored. Nothing is validated here; the caller scales to
// entries near 1.

import { dot, rowDots, subtractRows } from './rows'
import {
  awaitPhase, closePhase, currentWord, endPhases, finishUnit, nextUnit, openPhase, take,
} from './shared-phases'
import { symmetricRows } from './symmetric-rows'

/** Sums of squares below this have lost their digits; what they measure is far below rounding and counts as zero. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280

/** Orders from which the work on a reflector is cut into shares; the cut depends on the order alone. */
const SHARED_ORDER: usize = 192
const SHARES: usize = 4

// Kinds of phases, in their order within a reflector.
const UPDATE: i32 = 0
const MULTIPLY: i32 = 1
const CORRECT: i32 = 2
const KINDS: i32 = 3

/** What the threads at a panel share. The caller fills the first twelve words (i32). */
@unmanaged
class Panel {
  /** The panel's reflectors are those of rows high − 1 down to low. */
  high: usize
  low: usize
  /** The matrix, and elements from one row to the next, here and in all other rows. */
  a: usize
  stride: usize
  /** n elements each: diagonal, off-diagonal, τ. */
  diagonal: usize
  offDiagonal: usize
  tau: usize
  /** Rows 2k and 2k + 1 hold v and w of the panel's k-th reflector. */
  rows: usize
  /** Rows 2k and 2k + 1 hold −w and −v of the panel's k-th reflector. */
  swapped: usize
  /** Two elements for each reflector, twice. */
  factors: usize
  /** Four rows. */
  sums: usize
  /** Two i32, 64 bytes apart, zero at first. */
  control: usize
  /** Sums over shares of columns. */
  partial0: f64
  partial1: f64
  partial2: f64
  partial3: f64
  /** w = factor (A v − half v), once `half` is known. */
  factor: f64
  half: f64
}

/** Where share s of the lower triangle of order n ends: equal areas, whole groups of four rows. */
function shareEnd(s: usize, shares: usize, n: usize): usize {
  if (s + 1 >= shares) return n
  return 4 * <usize>nearest<f64>((<f64>n * sqrt<f64>(<f64>(s + 1) / <f64>shares)) / 4)
}

/** Shares of the work on n columns. */
// @ts-ignore: decorator
@inline
function sharesOf(n: usize): usize {
  return n < SHARED_ORDER ? 1 : SHARES
}

/** Columns in a share of n, whole cache lines. */
function shareWidth(n: usize): usize {
  const shares = sharesOf(n)
  return ((n + shares - 1) / shares + 7) & ~7
}

/** Units of a phase of row i. */
function unitsOf(kind: i32, i: usize): i32 {
  return <i32>sharesOf(i) + (kind == MULTIPLY ? 1 : 0)
}

function setPartial(p: Panel, unit: usize, value: f64): void {
  store<f64>(changetype<usize>(p) + offsetof<Panel>('partial0') + (unit << 3), value)
}

function sumOfPartials(p: Panel, i: usize): f64 {
  return sharesOf(i) == 1 ? p.partial0 : p.partial0 + p.partial1 + (p.partial2 + p.partial3)
}

/** On a share of columns: finishes w of the reflector before, then brings row i up to date. */
function updateRow(p: Panel, i: usize, unit: usize): void {
  const ld = p.stride << 3
  const count = (p.high - 1 - i) * 2
  const columns = i + 1
  const width = shareWidth(i)
  const from = min(columns, unit * width), to = unit + 1 == sharesOf(i) ? columns : min(columns, from + width)
  const at = from << 3
  if (count > 0) {
    const v = p.rows + (count - 2) * ld, w = v + ld
    const negatedW = p.swapped + (count - 2) * ld, negatedV = negatedW + ld
    const factor = p.factor, half = p.half
    for (let j = at; j < to << 3; j += 8) {
      const vj = load<f64>(v + j)
      const wj = factor * (load<f64>(w + j) - half * vj)
      store<f64>(w + j, wj)
      store<f64>(negatedW + j, -wj)
      store<f64>(negatedV + j, -vj)
    }
  }
  if (i < p.low) return
  const row = p.a + i * ld
  subtractRows(to - from, p.rows + at, ld, count, p.factors, row + at)
  const last = i > 0 ? min(to, i - 1) : 0
  setPartial(p, unit, last > from ? dot(last - from, row + at, row + at) : 0)
}

/** A share of A·v by rows, or the dot products of v with the panel. */
function multiply(p: Panel, i: usize, unit: usize): void {
  const ld = p.stride << 3
  const count = (p.high - 1 - i) * 2
  const v = p.rows + count * ld
  const shares = sharesOf(i)
  if (unit < shares) {
    const first: usize = unit == 0 ? <usize>0 : shareEnd(unit - 1, shares, i)
    symmetricRows(first, shareEnd(unit, shares, i), p.a, p.stride, v, p.sums + unit * ld)
    return
  }
  const out = p.factors + ((p.high - p.low) << 4)
  rowDots(i, p.rows, ld, count, v, out)
  for (let at = out; at < out + (count << 3); at += 16) {
    const first = load<f64>(at)
    store<f64>(at, load<f64>(at, 8))
    store<f64>(at, first, 8)
  }
}

/** On a share of columns: adds the shares of A·v and takes out what the panel has already changed. */
function correct(p: Panel, i: usize, unit: usize): void {
  const ld = p.stride << 3
  const count = (p.high - 1 - i) * 2
  const width = shareWidth(i)
  const from = min(i, unit * width), to = min(i, from + width)
  const at = from << 3
  const v = p.rows + count * ld, w = v + ld
  const shares = sharesOf(i)
  memory.copy(w + at, p.sums + (shares - 1) * ld + at, (to - from) << 3)
  for (let s: usize = 0; s + 1 < shares; s++) {
    const share = p.sums + s * ld
    const end = min(to, shareEnd(s, shares, i)) << 3
    for (let j = at; j < end; j += 16) {
      v128.store(w + j, v128.add<f64>(v128.load(w + j), v128.load(share + j)))
    }
  }
  subtractRows(to - from, p.rows + at, ld, count, p.factors + ((p.high - p.low) << 4), w + at)
  setPartial(p, unit, dot(to - from, w + at, v + at))
}

function runUnit(p: Panel, phase: i32, unit: i32): void {
  const step = (phase - 1) / KINDS
  const kind = (phase - 1) % KINDS
  const i = p.high - 1 - step
  if (kind == UPDATE) updateRow(p, i, unit)
  else if (kind == MULTIPLY) multiply(p, i, unit)
  else correct(p, i, unit)
  finishUnit(p.control)
}

function lead(p: Panel, kind: i32, i: usize): void {
  const phase = KINDS * <i32>(p.high - 1 - i) + kind + 1
  const units = unitsOf(kind, i)
  openPhase(p.control, phase)
  for (;;) {
    const unit = nextUnit(p.control, units)
    if (unit < 0) break
    runUnit(p, phase, unit)
  }
  closePhase(p.control, units)
}

/**
 * Turns the updated row i into its reflector v_i (support 0 … i − 1, v_i[i−1] = 1 stored) and fills `d`, `e`, `tau` at that
 * row; false when there is nothing to reflect.
 */
function reflect(p: Panel, i: usize): bool {
  const ld = p.stride << 3
  const count = (p.high - 1 - i) * 2
  const row = p.a + i * ld
  const v = p.rows + count * ld, w = v + ld
  const last = row + ((i - 1) << 3)
  const alpha = load<f64>(last)
  const square = sumOfPartials(p, i)
  const e = p.offDiagonal + ((i - 1) << 3), tau = p.tau + (i << 3)
  if (square < NEGLIGIBLE_SQUARE) {
    store<f64>(e, alpha)
    store<f64>(tau, 0)
    memory.fill(row, 0, i << 3)
    store<f64>(last, 1)
    memory.fill(v, 0, i << 3)
    memory.fill(w, 0, i << 3)
    p.factor = 0
    p.half = 0
    return false
  }
  const beta = -copysign<f64>(sqrt<f64>(alpha * alpha + square), alpha)
  const scale = 1 / (alpha - beta)
  const factor = v128.splat<f64>(scale)
  const end = (i - 1) << 3
  let at: usize = 0
  for (; at + 16 <= end; at += 16) {
    const scaled = v128.mul<f64>(v128.load(row + at), factor)
    v128.store(row + at, scaled)
    v128.store(v + at, scaled)
  }
  if (at < end) {
    const scaled = load<f64>(row + at) * scale
    store<f64>(row + at, scaled)
    store<f64>(v + at, scaled)
  }
  store<f64>(last, 1)
  store<f64>(v + end, 1)
  store<f64>(e, beta)
  p.factor = (beta - alpha) / beta
  store<f64>(tau, p.factor)
  return true
}

/** Factors of the panel's rows in the update of row i. */
function gatherFactors(p: Panel, i: usize): void {
  const ld = p.stride << 3
  const count = (p.high - 1 - i) * 2
  const column = p.rows + (i << 3)
  for (let k: usize = 0; k < count; k++) store<f64>(p.factors + (k << 3), load<f64>(column + (k ^ 1) * ld))
  // The last w is not finished yet.
  const newest = p.factors + ((count - 2) << 3)
  store<f64>(newest, p.factor * (load<f64>(newest) - p.half * load<f64>(newest, 8)))
}

/** The panel's reflectors: A = A₀ − Σ (v wᵀ + w vᵀ) still has to be done above row `low`. For one thread. */
function leadTridiagonalPanel(panel: usize): void {
  const p = changetype<Panel>(panel)
  const high = p.high, low = p.low
  for (let row = high; row > low; row--) {
    const i = row - 1
    lead(p, UPDATE, i)
    store<f64>(p.diagonal + (i << 3), load<f64>(p.a + i * (p.stride << 3) + (i << 3)))
    if (i == 0) break
    if (reflect(p, i)) {
      lead(p, MULTIPLY, i)
      lead(p, CORRECT, i)
      p.half = 0.5 * p.factor * sumOfPartials(p, i)
    }
    gatherFactors(p, i - 1)
  }
  if (low > 0) lead(p, UPDATE, low - 1)
  endPhases(p.control)
}

/** Takes part in a panel until it is done. For any number of threads beside the leader. */
function joinTridiagonalPanel(panel: usize): void {
  const p = changetype<Panel>(panel)
  const control = p.control
  for (;;) {
    const word = currentWord(control)
    if (word == -1) return
    const phase = word >> 8, unit = word & 255
    if (phase > 0 && unit < unitsOf((phase - 1) % KINDS, p.high - 1 - (phase - 1) / KINDS)) {
      if (take(control, word)) runUnit(p, phase, unit)
    } else {
      awaitPhase(control, word)
    }
  }
}

/** A panel, by role: 0 leads, every other one joins. */
export function tridiagonalPanel(role: i32, panel: usize): void {
  if (role == 0) leadTridiagonalPanel(panel)
  else joinTridiagonalPanel(panel)
}
