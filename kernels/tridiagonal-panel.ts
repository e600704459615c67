// A panel of Householder reflectors of the reduction to tridiagonal form, by one thread that others may join.
// The matrix is symmetric and row-major with its lower triangle stored. Nothing is validated here; the caller scales to
// entries near 1.

import { addPairs, dot, pairDots } from './rows'
import { claimUnit, closePhase, endPhases, finishUnit, nextPhase, openPhase } from './shared-phases'
import { madd } from './simd'
import { symmetricRows } from './symmetric-rows'

/** Sums of squares below this have lost their digits; what they measure is far below rounding and counts as zero. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280

/** Orders from which the work on a reflector is cut into units; the cut depends on the order alone. */
const SHARED_ORDER: usize = 384
const UNITS: usize = 4

// Kinds of phases, in turn for every reflector.
const BEGIN: i32 = 0
const MULTIPLY: i32 = 1
const CORRECT: i32 = 2

/** What the threads at a panel share. The caller fills the words (i32) before `row`; the rest is zero at first. */
@unmanaged
class Panel {
  /** The control block of the phases, zero at first. */
  control: usize
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
  /** Rows v_k, w_k and v_k again of the panel's reflectors, `capacity` of each. */
  rows: usize
  capacity: usize
  /** 4 rows: shares of a product. */
  sums: usize
  /** For each unit two elements per reflector of the panel, then four per reflector. */
  factors: usize
  /** Threads, the leader included, that may come. */
  threads: usize
  /** Row whose reflector is in work, number of the phase that is open, its kind, and units of all phases so far. */
  row: usize
  phase: i32
  kind: i32
  units: i32
  /** Shares of vᵀA v. */
  partial0: f64
  partial1: f64
  partial2: f64
  partial3: f64
}

// @ts-ignore: decorator
@inline
function unitsOf(n: usize): usize {
  return n < SHARED_ORDER ? 1 : UNITS
}

/** Where share s of the lower triangle of order n ends: equal areas, whole groups of four rows. */
function shareEnd(s: usize, n: usize): usize {
  const shares = unitsOf(n)
  if (s + 1 >= shares) return n
  return 4 * <usize>nearest<f64>((<f64>n * sqrt<f64>(<f64>(s + 1) / <f64>shares)) / 4)
}

/** Where share s of n columns begins: whole cache lines. */
function columnsBegin(s: usize, n: usize): usize {
  const shares = unitsOf(n)
  return s >= shares ? n : (n * s / shares) & ~7
}

// @ts-ignore: decorator
@inline
function dotsOf(p: Panel, unit: usize): usize {
  return p.factors + unit * (p.capacity << 4)
}

/** A share of A·v by rows, and a share, by columns, of the dot products of v with the panel. */
function multiply(p: Panel, unit: usize): void {
  const ld = p.stride << 3, block = p.capacity * ld
  const i = p.row
  const count = p.high - 1 - i
  const v = p.rows + count * ld
  if (load<f64>(p.tau + (i << 3)) == 0) memory.fill(p.sums + unit * ld, 0, i << 3)
  else symmetricRows(unit == 0 ? 0 : shareEnd(unit - 1, i), shareEnd(unit, i), p.a, p.stride, v, p.sums + unit * ld)
  const from = columnsBegin(unit, i), at = from << 3
  pairDots(columnsBegin(unit + 1, i) - from, p.rows + at, p.rows + block + at, ld, count, v + at, dotsOf(p, unit))
}

/**
 * On a share of columns: adds the shares of A·v, takes in what the panel has changed, and brings the row above up to date
 * with all reflectors but the newest.
 */
function correct(p: Panel, unit: usize): void {
  const ld = p.stride << 3, block = p.capacity * ld
  const i = p.row
  const count = p.high - 1 - i
  const from = columnsBegin(unit, i), to = columnsBegin(unit + 1, i)
  const at = from << 3
  const v = p.rows + count * ld, w = v + block
  const shares = unitsOf(i)
  memory.copy(w + at, p.sums + (shares - 1) * ld + at, (to - from) << 3)
  for (let s: usize = 0; s + 1 < shares; s++) {
    const share = p.sums + s * ld
    const end = min(to, shareEnd(s, i)) << 3
    for (let j = at; j < end; j += 16) v128.store(w + j, v128.add<f64>(v128.load(w + j), v128.load(share + j)))
  }
  addPairs(
    to - from, p.rows + at, p.rows + block + at, ld, count, dotsOf(p, UNITS), w + at, p.a + (i - 1) * ld + at,
  )
  store<f64>(changetype<usize>(p) + offsetof<Panel>('partial0') + (unit << 3), dot(to - from, w + at, v + at))
}

function runUnit(p: Panel, unit: usize): void {
  if (p.kind == MULTIPLY) multiply(p, unit)
  else correct(p, unit)
}

/** Claims and does units of the open phase until none is left: the same first, for as long as it can be, in every phase. */
function takeUnits(p: Panel, phase: i32, thread: usize): void {
  const first = UNITS * thread / p.threads
  for (let k: usize = 0; k < UNITS; k++) {
    const unit = (first + k) % UNITS
    if (!claimUnit(p.control, phase, unit)) continue
    runUnit(p, unit)
    finishUnit(p.control)
  }
}

/** For the leader: goes on to a phase, for others too when there is enough to do. */
function open(p: Panel, kind: i32): void {
  p.kind = kind
  if (unitsOf(p.row) == 1) return
  p.phase++
  p.units += <i32>UNITS
  openPhase(p.control, p.phase)
}

/** Factors of the panel's rows in the correction of w, and in row i − 1. */
function gatherFactors(p: Panel): void {
  const ld = p.stride << 3, block = p.capacity * ld
  const i = p.row
  const shares = unitsOf(i)
  // Row low − 1 is brought up to date with the rest of the matrix.
  const above = i > p.low
  let column = p.rows + ((i - 1) << 3)
  let out = dotsOf(p, UNITS)
  for (let k = p.high - 1 - i, dots = dotsOf(p, 0); k > 0; k--, column += ld, dots += 16, out += 32) {
    let vv = load<f64>(dots), wv = load<f64>(dots, 8)
    for (let s: usize = 1; s < shares; s++) {
      const share = dots + s * (p.capacity << 4)
      vv += load<f64>(share)
      wv += load<f64>(share, 8)
    }
    store<f64>(out, wv)
    store<f64>(out, vv, 8)
    store<f64>(out, above ? load<f64>(column + block) : 0, 16)
    store<f64>(out, above ? load<f64>(column) : 0, 24)
  }
}

/**
 * Finishes w = −τ (A v − half · v), half = τ vᵀA v / 2, and adds v_{i−1} w + w_{i−1} v to the row above when it belongs to the
 * panel.
 */
function finishReflector(p: Panel): void {
  const ld = p.stride << 3
  const i = p.row
  const v = p.rows + (p.high - 1 - i) * ld, w = v + p.capacity * ld
  const tau = load<f64>(p.tau + (i << 3))
  const product = unitsOf(i) == 1 ? p.partial0 : p.partial0 + p.partial1 + (p.partial2 + p.partial3)
  const half = 0.5 * tau * product
  // Sums are not needed any more: a row that nobody reads.
  const row = i > p.low ? p.a + (i - 1) * ld : p.sums
  const last = (i - 1) << 3
  const vLast = load<f64>(v + last)
  const wLast = -tau * (load<f64>(w + last) - half * vLast)
  const t = v128.splat<f64>(-tau), h = v128.splat<f64>(-half), x = v128.splat<f64>(vLast), y = v128.splat<f64>(wLast)
  const end = i << 3
  let at: usize = 0
  for (; at + 16 <= end; at += 16) {
    const vj = v128.load(v + at)
    const wj = v128.mul<f64>(t, madd<f64>(h, vj, v128.load(w + at)))
    v128.store(w + at, wj)
    v128.store(row + at, madd<f64>(y, vj, madd<f64>(x, wj, v128.load(row + at))))
  }
  if (at < end) {
    store<f64>(w + at, wLast)
    store<f64>(row + at, load<f64>(row + at) + 2 * vLast * wLast)
  }
}

/**
 * Turns row i, which is up to date, into its reflector v_i (support 0 … i − 1, v_i[i−1] = 1 stored) and fills `diagonal`,
 * `offDiagonal`, `tau` at that row. When there is nothing to reflect, v and τ are zero in the panel.
 */
function reflect(p: Panel): void {
  const ld = p.stride << 3, block = p.capacity * ld
  const i = p.row
  const row = p.a + i * ld
  store<f64>(p.diagonal + (i << 3), load<f64>(row + (i << 3)))
  if (i == 0) return
  const v = p.rows + (p.high - 1 - i) * ld, again = v + 2 * block
  const e = p.offDiagonal + ((i - 1) << 3), tau = p.tau + (i << 3)
  const end = (i - 1) << 3
  const alpha = load<f64>(row + end)
  const square = dot(i - 1, row, row)
  if (square < NEGLIGIBLE_SQUARE) {
    store<f64>(e, alpha)
    store<f64>(tau, 0)
    memory.fill(row, 0, end)
    store<f64>(row + end, 1)
    memory.fill(v, 0, i << 3)
    memory.fill(again, 0, i << 3)
    return
  }
  const beta = -copysign<f64>(sqrt<f64>(alpha * alpha + square), alpha)
  const scale = 1 / (alpha - beta)
  const factor = v128.splat<f64>(scale)
  let at: usize = 0
  for (; at + 16 <= end; at += 16) {
    const scaled = v128.mul<f64>(v128.load(row + at), factor)
    v128.store(row + at, scaled)
    v128.store(v + at, scaled)
    v128.store(again + at, scaled)
  }
  for (; at <= end; at += 8) {
    const scaled = at == end ? 1 : load<f64>(row + at) * scale
    store<f64>(row + at, scaled)
    store<f64>(v + at, scaled)
    store<f64>(again + at, scaled)
  }
  store<f64>(e, beta)
  store<f64>(tau, (beta - alpha) / beta)
}

/** Does what the open phase asks for; false when others are slow with what they have taken. */
function runPhase(p: Panel): bool {
  if (unitsOf(p.row) == 1) {
    runUnit(p, 0)
    return true
  }
  takeUnits(p, p.phase, 0)
  return closePhase(p.control, p.units)
}

/**
 * The panel's reflectors, by the thread that leads: A + Σ (v wᵀ + w vᵀ) still has to be done above row `low`. Returns 0, or
 * 1 when others have not finished for a quarter of a second: to be called again when they are known to live.
 */
export function leadPanel(panel: usize): i32 {
  const p = changetype<Panel>(panel)
  if (p.kind == BEGIN) {
    p.row = p.high - 1
    reflect(p)
    if (p.row == 0) return 0
    open(p, MULTIPLY)
  }
  while (runPhase(p)) {
    if (p.kind == MULTIPLY) {
      gatherFactors(p)
      open(p, CORRECT)
      continue
    }
    finishReflector(p)
    if (p.row == p.low) return 0
    p.row--
    reflect(p)
    if (p.row == 0) return 0
    open(p, MULTIPLY)
  }
  return 1
}

/** Sends those away who have joined: when the panel is done, or will never be. */
export function leavePanel(panel: usize): void {
  endPhases(changetype<Panel>(panel).control)
}

/** Takes part in a panel until it is done: for thread 1, 2, …, of which any may be missing. */
export function joinPanel(panel: usize, thread: usize): void {
  const p = changetype<Panel>(panel)
  for (let phase = nextPhase(p.control, 0); phase > 0; phase = nextPhase(p.control, phase)) takeUnits(p, phase, thread)
}
