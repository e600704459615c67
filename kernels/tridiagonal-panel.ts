// Steps of a panel of Householder reflectors of the reduction to tridiagonal form.
// The matrix is symmetric and row-major with its lower triangle stored. Nothing is validated here; the caller scales to
// entries near 1.

import { dot, rowDots, subtractRows } from './rows'

/** Sums of squares below this have lost their digits; what they measure is far below rounding and counts as zero. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280

/**
 * First part of step i of a panel that began at row high − 1: brings row i of the symmetric A (lower triangle, `lda`
 * elements per row) up to date and turns it into its reflector v_i (support 0 … i − 1, v_i[i−1] = 1 stored); fills `d`,
 * `e`, `tau` at that row. Rows 2k and 2k + 1 of `panel` hold v and w of the panel's k-th reflector.
 * Returns 1 when `reflectorFinish` has to follow, 0 when there is nothing to reflect. `work` holds two elements for each
 * reflector of the panel.
 */
export function reflectorStart(
  i: usize, high: usize, a: usize, lda: usize, d: usize, e: usize, tau: usize, panel: usize, swapped: usize, work: usize,
): i32 {
  const ld = lda << 3
  const row = a + i * ld
  const count = (high - 1 - i) * 2
  for (let k: usize = 0; k < count; k++) store<f64>(work + (k << 3), load<f64>(panel + (k ^ 1) * ld + (i << 3)))
  subtractRows(i + 1, panel, ld, count, work, row)
  store<f64>(d + (i << 3), load<f64>(row + (i << 3)))
  if (i == 0) return 0

  const last = row + ((i - 1) << 3)
  const alpha = load<f64>(last)
  const square = dot(i - 1, row, row)
  const v = panel + count * ld
  if (square < NEGLIGIBLE_SQUARE) {
    store<f64>(e + ((i - 1) << 3), alpha)
    store<f64>(tau + (i << 3), 0)
    memory.fill(row, 0, i << 3)
    store<f64>(last, 1)
    for (let r: usize = 0; r < 2 * ld; r += ld) {
      memory.fill(v + r, 0, i << 3)
      memory.fill(swapped + count * ld + r, 0, i << 3)
    }
    return 0
  }
  const beta = -copysign<f64>(sqrt<f64>(alpha * alpha + square), alpha)
  const scale = 1 / (alpha - beta)
  for (let j: usize = 0; j < i - 1; j++) store<f64>(row + (j << 3), load<f64>(row + (j << 3)) * scale)
  store<f64>(last, 1)
  store<f64>(e + ((i - 1) << 3), beta)
  store<f64>(tau + (i << 3), (beta - alpha) / beta)
  memory.copy(v, row, i << 3)
  return 1
}

/**
 * Second part of step i: from A·v, the sum of `shares` rows of `lda` elements of which row s has ends[s] entries (i32; i for
 * the last), makes w, so that the rows above the panel still lack −Σ (v wᵀ + w vᵀ). Rows 2k and 2k + 1 of `swapped` become
 * −w and −v.
 */
export function reflectorFinish(
  i: usize, high: usize, lda: usize, tau: usize, panel: usize, swapped: usize, work: usize,
  shares: usize, sums: usize, ends: usize,
): void {
  const ld = lda << 3
  const count = (high - 1 - i) * 2
  const v = panel + count * ld, w = v + ld
  const negatedW = swapped + count * ld, negatedV = negatedW + ld
  const t = load<f64>(tau + (i << 3))
  memory.copy(w, sums + (shares - 1) * ld, i << 3)
  for (let s: usize = 0; s + 1 < shares; s++) {
    const share = sums + s * ld
    const end = <usize>load<i32>(ends + (s << 2)) << 3
    for (let at: usize = 0; at < end; at += 16) {
      v128.store(w + at, v128.add<f64>(v128.load(w + at), v128.load(share + at)))
    }
  }
  rowDots(i, panel, ld, count, v, work)
  for (let k: usize = 0; k < count; k += 2) {
    const at = work + (k << 3)
    const swap = load<f64>(at)
    store<f64>(at, load<f64>(at, 8))
    store<f64>(at, swap, 8)
  }
  subtractRows(i, panel, ld, count, work, w)
  const half = 0.5 * t * dot(i, w, v)
  for (let j: usize = 0; j < i; j++) {
    const at = j << 3
    const vj = load<f64>(v + at)
    const wj = t * (load<f64>(w + at) - half * vj)
    store<f64>(w + at, wj)
    store<f64>(negatedW + at, -wj)
    store<f64>(negatedV + at, -vj)
  }
}
