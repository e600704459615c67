// The steps of the kernel recursion between its products, over panels of four sample pairs (see pair-panels.ts). A block of
// pairs is rows i = i0 … i0 + height − 1 against panels j0 … j0 + width − 1 of four samples, row by row. Variances and their
// roots stand in a table [panel][position][8]: four variances, four roots.

import { upperAngle } from './angle'
import { arcCosineWidePanel, leakyReluBlock, reluBlock } from './arc-cosine-duals'
import { erfPanel, erfWidePanel } from './erf-duals'

/**
 * One layer's duals over a block of pairs, fused with the product of the chain rule, in place: K becomes G = E[φφ'], and
 * Θ becomes H = E[φ̇φ̇']∘Θ + own · G. family 0: leaky ReLU of the given slope (ReLU 0, identity 1); 1: erf; 2 and 3: the same
 * for variances of any size. Panels are `ld` bytes apart. work: `dualWorkspace()` bytes.
 */
export function dualPanels(
  family: i32, slope: f64, own: f64, positions: usize, constants: usize, table: usize,
  i0: usize, height: usize, j0: usize, width: usize, k: usize, theta: usize, ld: usize, work: usize,
): void {
  const panelBytes = positions * 64
  const others = table + j0 * panelBytes
  if (family == 0) {
    if (slope == 0) reluBlock(positions, constants, table, i0, height, others, width, k, theta, ld, work, own)
    else leakyReluBlock(positions, constants, table, i0, height, others, width, k, theta, ld, work, slope, own)
    return
  }
  for (let i = i0; i < i0 + height; i++) {
    const ti = table + (i >> 2) * panelBytes + (i & 3) * 8
    let tj = others
    for (let t: usize = 0; t < width; t++) {
      if (family == 1) erfPanel(positions, ti, tj, k, theta, own)
      else if (family == 3) erfWidePanel(positions, ti, tj, k, theta, own)
      else arcCosineWidePanel(positions, ti, tj, k, theta, slope, own)
      tj += panelBytes
      k += ld
      theta += ld
    }
  }
}

/** The same for the pairs (i, i), four to a panel, where the correlation is exactly 1; fills their part of the table. */
export function diagonalDuals(
  family: i32, slope: f64, own: f64, positions: usize, table: usize,
  first: usize, count: usize, k: usize, theta: usize, ld: usize,
): void {
  for (let t: usize = 0; t < count; t++) {
    for (let u: usize = 0; u < positions; u++) {
      const row = table + ((first + t) * positions + u) * 64
      for (let lane: usize = 0; lane < 32; lane += 8) {
        const at = t * ld + u * 32 + lane
        const q = load<f64>(k + at)
        let g: f64, derivative: f64
        if (family == 1) {
          const root = sqrt<f64>(1 + 4 * q)
          const angle = f64x2.extract_lane(upperAngle(f64x2.splat(2 * q), f64x2.splat(root)), 0)
          g = (2 / Math.PI) * angle
          derivative = 4 / Math.PI / root
        } else {
          derivative = q == 0 ? slope * slope : slope + (1 - slope) * (1 - slope) * 0.5
          g = derivative * q
        }
        store<f64>(row + lane, q)
        store<f64>(row + lane, sqrt<f64>(q), 32)
        store<f64>(k + at, g)
        store<f64>(theta + at, own * g + derivative * load<f64>(theta + at))
      }
    }
  }
}
