// Symmetric eigenproblem: panels of Householder reflectors, and implicit QR on a tridiagonal matrix.
// Matrices are row-major with their lower triangle stored. Nothing is validated here; the caller scales to entries near 1.

import { madd } from './simd'

/** Sums of squares below this have lost their digits; what they measure is far below rounding and counts as zero. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280

/** Bytes of a row that are summed before their sum is added to the others'. */
const SHORT_SUM: usize = 1024

// @ts-ignore: decorator
@inline
function laneSum(v: v128): f64 {
  return v128.extract_lane<f64>(v, 0) + v128.extract_lane<f64>(v, 1)
}

function dot(n: usize, x: usize, y: usize): f64 {
  let s0 = v128.splat<f64>(0), s1 = s0, s2 = s0, s3 = s0
  const end8 = x + ((n & ~7) << 3)
  while (x < end8) {
    s0 = madd<f64>(v128.load(x), v128.load(y), s0)
    s1 = madd<f64>(v128.load(x, 16), v128.load(y, 16), s1)
    s2 = madd<f64>(v128.load(x, 32), v128.load(y, 32), s2)
    s3 = madd<f64>(v128.load(x, 48), v128.load(y, 48), s3)
    x += 64
    y += 64
  }
  let sum = laneSum(v128.add<f64>(v128.add<f64>(s0, s1), v128.add<f64>(s2, s3)))
  for (let i: usize = n & ~7; i < n; i++, x += 8, y += 8) sum += load<f64>(x) * load<f64>(y)
  return sum
}

/** out[r] = row r · x, for `count` rows of `ld` bytes; `count` is even. */
function rowDots(n: usize, rows: usize, ld: usize, count: usize, x: usize, out: usize): void {
  const even = n & ~1
  for (let r: usize = 0; r < count; r += 2, rows += 2 * ld, out += 16) {
    const row1 = rows + ld
    let s0 = v128.splat<f64>(0), s1 = s0, t0 = s0, t1 = s0
    let j: usize = 0
    for (; j + 4 <= n; j += 4) {
      const at = j << 3
      const x0 = v128.load(x + at), x1 = v128.load(x + at, 16)
      s0 = madd<f64>(v128.load(rows + at), x0, s0)
      t0 = madd<f64>(v128.load(row1 + at), x0, t0)
      s1 = madd<f64>(v128.load(rows + at, 16), x1, s1)
      t1 = madd<f64>(v128.load(row1 + at, 16), x1, t1)
    }
    for (; j < even; j += 2) {
      const at = j << 3
      const x0 = v128.load(x + at)
      s0 = madd<f64>(v128.load(rows + at), x0, s0)
      t0 = madd<f64>(v128.load(row1 + at), x0, t0)
    }
    let s = laneSum(v128.add<f64>(s0, s1)), t = laneSum(v128.add<f64>(t0, t1))
    if (j < n) {
      const at = j << 3
      s += load<f64>(rows + at) * load<f64>(x + at)
      t += load<f64>(row1 + at) * load<f64>(x + at)
    }
    store<f64>(out, s)
    store<f64>(out, t, 8)
  }
}

/** y −= Σ_r coefficient[r] · row r, for `count` rows of `ld` bytes; `count` is even. */
function subtractRows(n: usize, rows: usize, ld: usize, count: usize, coefficient: usize, y: usize): void {
  const even = n & ~1
  let r: usize = 0
  for (; r + 4 <= count; r += 4, rows += 4 * ld, coefficient += 32) {
    const c0 = -load<f64>(coefficient), c1 = -load<f64>(coefficient, 8)
    const c2 = -load<f64>(coefficient, 16), c3 = -load<f64>(coefficient, 24)
    const v0 = v128.splat<f64>(c0), v1 = v128.splat<f64>(c1), v2 = v128.splat<f64>(c2), v3 = v128.splat<f64>(c3)
    const row1 = rows + ld, row2 = row1 + ld, row3 = row2 + ld
    for (let j: usize = 0; j < even; j += 2) {
      const at = j << 3
      let sum = madd<f64>(v128.load(rows + at), v0, v128.load(y + at))
      let other = v128.mul<f64>(v128.load(row1 + at), v1)
      sum = madd<f64>(v128.load(row2 + at), v2, sum)
      other = madd<f64>(v128.load(row3 + at), v3, other)
      v128.store(y + at, v128.add<f64>(sum, other))
    }
    if (even < n) {
      const at = even << 3
      const sum = load<f64>(rows + at) * c0 + load<f64>(row1 + at) * c1
      store<f64>(y + at, load<f64>(y + at) + sum + load<f64>(row2 + at) * c2 + load<f64>(row3 + at) * c3)
    }
  }
  for (; r < count; r += 2, rows += 2 * ld, coefficient += 16) {
    const c0 = -load<f64>(coefficient), c1 = -load<f64>(coefficient, 8)
    const v0 = v128.splat<f64>(c0), v1 = v128.splat<f64>(c1)
    const row1 = rows + ld
    for (let j: usize = 0; j < even; j += 2) {
      const at = j << 3
      v128.store(y + at, madd<f64>(v128.load(row1 + at), v1, madd<f64>(v128.load(rows + at), v0, v128.load(y + at))))
    }
    if (even < n) {
      const at = even << 3
      store<f64>(y + at, load<f64>(y + at) + load<f64>(rows + at) * c0 + load<f64>(row1 + at) * c1)
    }
  }
}

/**
 * The share of rows first … end − 1 in y = A·x for a symmetric A, of which only the lower triangle is read, once: each entry
 * serves both its places. `first` is a multiple of 4; `end` entries of y are written. A has `lda` elements per row.
 */
export function symmetricRows(first: usize, end: usize, a: usize, lda: usize, x: usize, y: usize): void {
  symmetricBand(first, end, a, lda << 3, x, y)
}

function symmetricBand(first: usize, n: usize, a: usize, lda: usize, x: usize, y: usize): void {
  memory.fill(y, 0, n << 3)
  let r = first
  for (; r + 4 <= n; r += 4) {
    const row0 = a + r * lda, row1 = row0 + lda, row2 = row1 + lda, row3 = row2 + lda
    const xr = x + (r << 3), yr = y + (r << 3)
    const x0 = v128.load_splat<f64>(xr), x1 = v128.load_splat<f64>(xr, 8)
    const x2 = v128.load_splat<f64>(xr, 16), x3 = v128.load_splat<f64>(xr, 24)
    const end = r << 3
    let t0: f64 = 0, t1: f64 = 0, t2: f64 = 0, t3: f64 = 0
    // Short sums: the rounding errors of a long sum of like terms, as in a nearly constant kernel, all have one sign.
    for (let from: usize = 0; from < end; from += SHORT_SUM) {
      const to = min(end, from + SHORT_SUM)
      let s0 = v128.splat<f64>(0), s1 = s0, s2 = s0, s3 = s0
      for (let at = from; at < to; at += 16) {
        const xj = v128.load(x + at)
        let aj = v128.load(row0 + at)
        let change = v128.mul<f64>(aj, x0)
        s0 = madd<f64>(aj, xj, s0)
        aj = v128.load(row1 + at)
        s1 = madd<f64>(aj, xj, s1); change = madd<f64>(aj, x1, change)
        aj = v128.load(row2 + at)
        s2 = madd<f64>(aj, xj, s2); change = madd<f64>(aj, x2, change)
        aj = v128.load(row3 + at)
        s3 = madd<f64>(aj, xj, s3); change = madd<f64>(aj, x3, change)
        v128.store(y + at, v128.add<f64>(v128.load(y + at), change))
      }
      t0 += laneSum(s0); t1 += laneSum(s1); t2 += laneSum(s2); t3 += laneSum(s3)
    }
    store<f64>(yr, t0)
    store<f64>(yr, t1, 8)
    store<f64>(yr, t2, 16)
    store<f64>(yr, t3, 24)
    triangleTimes(r, r + 4, a, lda, x, y)
  }
  for (let i = r; i < n; i++) {
    const row = a + i * lda
    const xi = load<f64>(x + (i << 3))
    let sum: f64 = 0
    for (let j: usize = 0; j < r; j++) {
      const at = j << 3
      const value = load<f64>(row + at)
      sum += value * load<f64>(x + at)
      store<f64>(y + at, load<f64>(y + at) + value * xi)
    }
    store<f64>(y + (i << 3), sum)
  }
  triangleTimes(r, n, a, lda, x, y)
}

/** y += (diagonal block from..to)·x. */
function triangleTimes(from: usize, to: usize, a: usize, lda: usize, x: usize, y: usize): void {
  for (let i = from; i < to; i++) {
    const row = a + i * lda
    const xi = load<f64>(x + (i << 3))
    let sum = load<f64>(row + (i << 3)) * xi
    for (let j = from; j < i; j++) {
      const value = load<f64>(row + (j << 3))
      sum += value * load<f64>(x + (j << 3))
      store<f64>(y + (j << 3), load<f64>(y + (j << 3)) + value * xi)
    }
    store<f64>(y + (i << 3), load<f64>(y + (i << 3)) + sum)
  }
}

/**
 * First part of step i of a panel that began at row high − 1: brings row i of the symmetric A (lower triangle, `lda`
 * elements per row) up to date and turns it into its reflector v_i (support 0 … i − 1, v_i[i−1] = 1 stored); fills `d`,
 * `e`, `tau` at that row. Panel rows 2k and 2k + 1 hold v and w of the panel's k-th reflector.
 * Returns 1 when `reflectorFinish` has to follow, 0 when there is nothing to reflect. `work` holds two elements for each
 * reflector of the panel.
 */
export function reflectorStart(
  i: usize, high: usize, a: usize, lda: usize, d: usize, e: usize, tau: usize, panel: usize, work: usize,
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
  const v = panel + count * ld, w = v + ld
  if (square < NEGLIGIBLE_SQUARE) {
    store<f64>(e + ((i - 1) << 3), alpha)
    store<f64>(tau + (i << 3), 0)
    memory.fill(row, 0, i << 3)
    store<f64>(last, 1)
    memory.fill(v, 0, i << 3)
    memory.fill(w, 0, i << 3)
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
 * Second part of step i: from A·v, the sum of `shares` rows of `lda` elements of which row s has ends[s] entries (i32; i for the last), makes
 * w, so that the rows above `low` still lack −Σ (v wᵀ + w vᵀ).
 */
export function reflectorFinish(
  i: usize, high: usize, lda: usize, tau: usize, panel: usize, work: usize, shares: usize, sums: usize, ends: usize,
): void {
  const ld = lda << 3
  const count = (high - 1 - i) * 2
  const v = panel + count * ld, w = v + ld
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
    store<f64>(w + at, t * (load<f64>(w + at) - half * load<f64>(v + at)))
  }
}

/** (x, y) ← (c x + s y, c y − s x) for rows of n elements. */
export function rotateRows(n: usize, x: usize, y: usize, c: f64, s: f64): void {
  const cc = v128.splat<f64>(c), ss = v128.splat<f64>(s)
  let j: usize = 0
  for (; j + 2 <= n; j += 2, x += 16, y += 16) {
    const p = v128.load(x), q = v128.load(y)
    v128.store(x, madd<f64>(ss, q, v128.mul<f64>(cc, p)))
    v128.store(y, v128.sub<f64>(v128.mul<f64>(cc, q), v128.mul<f64>(ss, p)))
  }
  if (j < n) {
    const p = load<f64>(x), q = load<f64>(y)
    store<f64>(x, c * p + s * q)
    store<f64>(y, c * q - s * p)
  }
}

/**
 * Eigenvalues of the tridiagonal matrix (d, e) by implicit QR steps with Wilkinson's shift (Golub and Van Loan, section
 * 8.3); `d` receives them in no order, `e` is destroyed. When `x` is not 0, its n rows (`ldx` elements apart, `width`
 * used) are turned along, so that rows which start as unit vectors end as eigenvectors. `scale` is the size of the whole
 * matrix that (d, e) is part of: an off-diagonal entry far below its rounding counts as zero.
 * Returns 0, or 1 when 60 n steps did not suffice.
 */
export function tridiagonalQr(
  n: usize, d: usize, e: usize, x: usize, ldx: usize, width: usize, scale: f64,
): i32 {
  if (n < 2) return 0
  const unit: f64 = 1.1102230246251565e-16
  const tiny = scale * unit / 4096
  let steps: usize = 60 * n
  let high = n - 1
  while (high > 0) {
    let low = high
    while (low > 0) {
      const at = (low - 1) << 3
      const off = abs(load<f64>(e + at))
      if (off <= tiny || off <= unit * (abs(load<f64>(d + at)) + abs(load<f64>(d + at, 8)))) {
        store<f64>(e + at, 0)
        break
      }
      low--
    }
    if (low == high) {
      high--
      continue
    }
    if (steps-- == 0) return 1

    const dn = load<f64>(d + (high << 3)), en = load<f64>(e + ((high - 1) << 3))
    const half = 0.5 * (load<f64>(d + ((high - 1) << 3)) - dn)
    const shift = dn - en * (en / (half + copysign<f64>(sqrt<f64>(half * half + en * en), half)))
    let p = load<f64>(d + (low << 3)) - shift
    let bulge = load<f64>(e + (low << 3))
    for (let k = low; k < high; k++) {
      const at = k << 3
      const square = p * p + bulge * bulge
      let c: f64 = 1, s: f64 = 0, r = p
      if (square > NEGLIGIBLE_SQUARE) {
        r = sqrt<f64>(square)
        const inverse = 1 / r
        c = p * inverse
        s = bulge * inverse
      }
      if (k > low) store<f64>(e + at - 8, r)
      const a = load<f64>(d + at), b = load<f64>(e + at), q = load<f64>(d + at, 8)
      const h = s * (q - a) + 2 * c * b
      store<f64>(d + at, a + s * h)
      store<f64>(d + at, q - s * h, 8)
      p = c * h - b
      store<f64>(e + at, p)
      if (k + 1 < high) {
        const next = load<f64>(e + at, 8)
        bulge = s * next
        store<f64>(e + at, c * next, 8)
      }
      if (x) rotateRows(width, x + ((k * ldx) << 3), x + (((k + 1) * ldx) << 3), c, s)
    }
  }
  return 0
}
