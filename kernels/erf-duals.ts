// Duals of erf over a panel of four sample pairs (see duals.ts).

import { upperAngle } from './angle'
import { hypotenuse } from './near-duals'
import { madd } from './simd'

/** Duals of erf: G = (2/π) asin(2k / √((1 + 2q)(1 + 2q'))), Ġ = (4/π) / √D, D = (1 + 2q)(1 + 2q') − 4k². */
export function erfPanel(positions: usize, ti: usize, tj: usize, k: usize, theta: usize, own: f64): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2), four = f64x2.splat(4)
  const share = f64x2.splat(own)
  for (let u: usize = 0; u < positions * 32; u += 32) {
    const q = v128.load64_splat(ti + 2 * u)
    for (let at = u; at < u + 32; at += 16) {
      const other = v128.load(tj + u + at)
      const covariance = v128.load(k + at)
      const norm = f64x2.sqrt(f64x2.mul(q, other))
      const size = f64x2.abs(covariance)
      // (1 + 2q)(1 + 2q') − 4k² without the cancellation of its leading terms.
      const gram = f64x2.pmax(zero, f64x2.mul(f64x2.sub(norm, size), f64x2.add(norm, size)))
      const root = f64x2.sqrt(madd<f64>(four, gram, madd<f64>(two, f64x2.add(q, other), one)))
      const angle = f64x2.mul(f64x2.splat(2 / Math.PI), upperAngle(f64x2.mul(two, size), root))
      const value = v128.bitselect(f64x2.neg(angle), angle, f64x2.lt(covariance, zero))
      const chain = f64x2.div(f64x2.mul(f64x2.splat(4 / Math.PI), v128.load(theta + at)), root)
      v128.store(k + at, value)
      v128.store(theta + at, madd<f64>(share, value, chain))
    }
  }
}

/** The same by √D = hypot(√(1 + 2q + 2q'), 2 √(√(q q') − |k|) √(√(q q') + |k|)), for variances beyond the range of products. */
export function erfWidePanel(positions: usize, ti: usize, tj: usize, k: usize, theta: usize, own: f64): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1), two = f64x2.splat(2)
  const share = f64x2.splat(own)
  for (let u: usize = 0; u < positions * 32; u += 32) {
    const q = v128.load64_splat(ti + 2 * u), deviation = v128.load64_splat(ti + 2 * u, 32)
    for (let at = u; at < u + 32; at += 16) {
      const covariance = v128.load(k + at), size = f64x2.abs(covariance)
      const norm = f64x2.mul(deviation, v128.load(tj + u + at, 32))
      const less = f64x2.sqrt(f64x2.pmax(zero, f64x2.sub(norm, size))), more = f64x2.sqrt(f64x2.add(norm, size))
      const edge = f64x2.sqrt(madd<f64>(two, f64x2.add(q, v128.load(tj + u + at)), one))
      const root = hypotenuse(edge, f64x2.mul(two, f64x2.mul(less, more)))
      const angle = f64x2.mul(f64x2.splat(2 / Math.PI), upperAngle(f64x2.mul(two, size), root))
      const value = v128.bitselect(f64x2.neg(angle), angle, f64x2.lt(covariance, zero))
      const chain = f64x2.mul(f64x2.splat(4 / Math.PI), f64x2.div(v128.load(theta + at), root))
      v128.store(k + at, value)
      v128.store(theta + at, madd<f64>(share, value, chain))
    }
  }
}
