// Eigenvalues alone of a symmetric tridiagonal matrix.

import { SWEEPS_BYTES, SWEEPS_ROWS, fourSweeps } from './root-free-sweeps'

const UNIT: f64 = 1.1102230246251565e-16

function swap(p: usize, q: usize): void {
  const first = load<f64>(p)
  store<f64>(p, load<f64>(q))
  store<f64>(q, first)
}

/** Mirrors rows low … high of the tridiagonal matrix. */
function mirror(low: usize, high: usize, d: usize, e: usize): void {
  for (let i = low, j = high; i < j; i++, j--) swap(d + (i << 3), d + (j << 3))
  for (let i = low, j = high - 1; i < j; i++, j--) swap(e + (i << 3), e + (j << 3))
}

/** The first row from `from` on whose coupling to the next is rounding, or `high`. `e` holds squares. */
function blockEnd(from: usize, high: usize, d: usize, e: usize, tiny: f64): usize {
  for (let m = from; m < high; m++) {
    const at = m << 3
    const rounding = max(tiny, UNIT * (abs(load<f64>(d + at)) + abs(load<f64>(d + at, 8))))
    if (load<f64>(e + at) <= rounding * rounding) return m
  }
  return high
}

/** The eigenvalue of the two rows at `low` that is closer to the first diagonal entry. */
function wilkinsonShift(low: usize, d: usize, e: usize): f64 {
  const first = load<f64>(d + (low << 3))
  const off = sqrt<f64>(load<f64>(e + (low << 3)))
  const half = (load<f64>(d + (low << 3), 8) - first) / (2 * off)
  return first - off / (half + copysign<f64>(sqrt<f64>(half * half + 1), half))
}

/**
 * One root-free QL step with Wilkinson's shift on rows low … high, `e` being squares (Pal, Walker and Kahan: Parlett 1980,
 * section 8.15), written so that a division follows the one before after as few operations as possible.
 */
function rootFreeStep(low: usize, high: usize, d: usize, e: usize): void {
  const sigma = wilkinsonShift(low, d, e)
  let c: f64 = 1, s: f64 = 0
  let gamma = load<f64>(d + (high << 3)) - sigma
  let p = gamma * gamma
  for (let i = high; i-- > low;) {
    const at = i << 3
    const b = load<f64>(e + at)
    const r = p + b
    if (i + 1 < high) store<f64>(e + at, s * r, 8)
    const alpha = load<f64>(d + at)
    const before = gamma
    gamma = (p * (alpha - sigma) - b * before) / r
    store<f64>(d + at, before + (alpha - gamma), 8)
    s = b / r
    const cBefore = c
    c = p / r
    p = c != 0 ? gamma * gamma * (r / p) : cBefore * b
  }
  store<f64>(e + (low << 3), s * p)
  store<f64>(d + (low << 3), sigma + gamma)
}

/** Rows of the corner whose eigenvalues are shifts. */
const CORNER: usize = 12
/** Times that four sweeps may pass without an eigenvalue to show; after that it is Wilkinson's shift alone, which converges. */
const PATIENCE: i32 = 6

/** The four eigenvalues of the corner at row `low` closest to Wilkinson's shift, closest first. False when there are none. */
function cornerShifts(low: usize, d: usize, e: usize, tiny: f64, work: usize): bool {
  const corner = work + SWEEPS_BYTES, couplings = corner + (CORNER << 3)
  memory.copy(corner, d + (low << 3), CORNER << 3)
  memory.copy(couplings, e + (low << 3), CORNER << 3)
  const shift = wilkinsonShift(low, d, e)
  if (sweeps(CORNER, corner, couplings, tiny, 0) != 0) return false
  for (let k: usize = 0; k < 4; k++) {
    let closest = k
    for (let i = k + 1; i < CORNER; i++) {
      if (abs(load<f64>(corner + (i << 3)) - shift) < abs(load<f64>(corner + (closest << 3)) - shift)) closest = i
    }
    swap(corner + (k << 3), corner + (closest << 3))
    store<f64>(work + (k << 3), load<f64>(corner + (k << 3)))
  }
  return true
}

/** Bytes of workspace that {@link tridiagonalValues} needs. */
export function tridiagonalValuesWorkspace(): usize {
  return SWEEPS_BYTES + 2 * (CORNER << 3)
}

/** Eigenvalues of (d, √e), by four sweeps at a time where there is room and a workspace, else one; 1 when 60 n times did not suffice. */
function sweeps(n: usize, d: usize, e: usize, tiny: f64, work: usize): i32 {
  let steps: usize = 60 * n
  for (let low: usize = 0; low < n;) {
    const high = blockEnd(low, n - 1, d, e, tiny)
    // Small entries first: the order in which a graded matrix keeps its digits.
    if (abs(load<f64>(d + (high << 3))) < abs(load<f64>(d + (low << 3)))) mirror(low, high, d, e)
    let patience = PATIENCE
    while (low <= high) {
      const end = blockEnd(low, high, d, e, tiny)
      if (end == low) {
        low++
        patience = PATIENCE
        continue
      }
      if (steps-- == 0) return 1
      if (work != 0 && end - low >= SWEEPS_ROWS && patience-- > 0 && cornerShifts(low, d, e, tiny, work)) {
        fourSweeps(low, end, d, e, work)
      } else {
        rootFreeStep(low, end, d, e)
      }
    }
  }
  return 0
}

/**
 * Eigenvalues of the tridiagonal matrix (d, e) with entries of size `scale` or less, near 1; `d` receives them in no order,
 * `e` is destroyed. `work` holds `tridiagonalValuesWorkspace()` bytes. Returns 0, or 1 when 60 n steps did not suffice.
 */
export function tridiagonalValues(n: usize, d: usize, e: usize, scale: f64, work: usize): i32 {
  if (n < 2) return 0
  for (let i: usize = 0; i + 1 < n; i++) {
    const off = load<f64>(e + (i << 3))
    store<f64>(e + (i << 3), off * off)
  }
  return sweeps(n, d, e, scale * UNIT / 4096, work)
}
