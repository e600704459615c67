// Implicit QR on a symmetric tridiagonal matrix, and the rotation of rows.

import { madd } from './simd'

/** Squares below this have lost their digits; what they measure is far below rounding and counts as zero. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280

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
 * Eigenvalues and eigenvectors of the tridiagonal matrix (d, e) by implicit QR steps with Wilkinson's shift (Golub and Van
 * Loan, section 8.3); `d` receives the values in no order, `e` is destroyed. The n rows of `x` (`ldx` elements apart, `width`
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
      rotateRows(width, x + ((k * ldx) << 3), x + (((k + 1) * ldx) << 3), c, s)
    }
  }
  return 0
}
