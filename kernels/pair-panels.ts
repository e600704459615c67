// Products over panels of four sample pairs. A quantity of R positions is kept as panels [R][4] of f64, one after the
// other, so that a product reads and writes them as they are. Rows of weights come packed in groups: [depth][group], one
// group after the other; a group may be padded with zeros, and then so is the panel that it writes.

import { madd } from './simd'

/** Rows of the next group when `left` rows are left: such that little is padded. Every caller cuts by this rule. */
// @ts-ignore: decorator
@inline
export function groupSize(left: usize): usize {
  return left == 8 || (left > 1 && left < 5) ? 4 : left == 1 ? 1 : 6
}

/** `groupSize` for whoever packs rows. */
export function rowGroup(left: usize): usize {
  return groupSize(left)
}

/** out (6 rows × 4 columns, `ld` bytes apart) = bias, or what is there, + packed rows × a panel. */
export function panelTile6(
  depth: usize, a: usize, b: usize, out: usize, ld: usize, add: bool, bias: f64,
): void {
  const row1 = out + 1 * ld
  const row2 = out + 2 * ld
  const row3 = out + 3 * ld
  const row4 = out + 4 * ld
  const row5 = out + 5 * ld
  let c00 = f64x2.splat(bias), c01 = c00
  let c10 = c00, c11 = c00
  let c20 = c00, c21 = c00
  let c30 = c00, c31 = c00
  let c40 = c00, c41 = c00
  let c50 = c00, c51 = c00
  if (add) {
    c00 = v128.load(out); c01 = v128.load(out, 16)
    c10 = v128.load(row1); c11 = v128.load(row1, 16)
    c20 = v128.load(row2); c21 = v128.load(row2, 16)
    c30 = v128.load(row3); c31 = v128.load(row3, 16)
    c40 = v128.load(row4); c41 = v128.load(row4, 16)
    c50 = v128.load(row5); c51 = v128.load(row5, 16)
  }
  for (const end = b + depth * 32; b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(a, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(a, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(a, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    x = v128.load64_splat(a, 32)
    c40 = madd<f64>(x, b0, c40); c41 = madd<f64>(x, b1, c41)
    x = v128.load64_splat(a, 40)
    c50 = madd<f64>(x, b0, c50); c51 = madd<f64>(x, b1, c51)
    a += 48
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(row1, c10); v128.store(row1, c11, 16)
  v128.store(row2, c20); v128.store(row2, c21, 16)
  v128.store(row3, c30); v128.store(row3, c31, 16)
  v128.store(row4, c40); v128.store(row4, c41, 16)
  v128.store(row5, c50); v128.store(row5, c51, 16)
}

/** out (4 rows × 4 columns, `ld` bytes apart) = bias, or what is there, + packed rows × a panel. */
export function panelTile4(
  depth: usize, a: usize, b: usize, out: usize, ld: usize, add: bool, bias: f64,
): void {
  const row1 = out + 1 * ld
  const row2 = out + 2 * ld
  const row3 = out + 3 * ld
  let c00 = f64x2.splat(bias), c01 = c00
  let c10 = c00, c11 = c00
  let c20 = c00, c21 = c00
  let c30 = c00, c31 = c00
  if (add) {
    c00 = v128.load(out); c01 = v128.load(out, 16)
    c10 = v128.load(row1); c11 = v128.load(row1, 16)
    c20 = v128.load(row2); c21 = v128.load(row2, 16)
    c30 = v128.load(row3); c31 = v128.load(row3, 16)
  }
  for (const end = b + depth * 32; b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(a, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(a, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(a, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    a += 32
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(row1, c10); v128.store(row1, c11, 16)
  v128.store(row2, c20); v128.store(row2, c21, 16)
  v128.store(row3, c30); v128.store(row3, c31, 16)
}

/** out (1 rows × 4 columns, `ld` bytes apart) = bias, or what is there, + packed rows × a panel. */
export function panelTile1(
  depth: usize, a: usize, b: usize, out: usize, ld: usize, add: bool, bias: f64,
): void {
  let c00 = f64x2.splat(bias), c01 = c00
  if (add) {
    c00 = v128.load(out); c01 = v128.load(out, 16)
  }
  for (const end = b + depth * 32; b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    const x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    a += 8
  }
  v128.store(out, c00); v128.store(out, c01, 16)
}

/** Panels that share a group of rows while it is in the nearest cache. */
const BLOCK: usize = 8

/** The same for one weight and one position: a single pass over all panels. */
function scalePanels(count: usize, a: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool, bias: f64): void {
  const x = v128.load64_splat(a), shift = f64x2.splat(bias)
  for (const end = b + count * ldb; b < end; b += ldb, c += ldc) {
    v128.store(c, madd<f64>(x, v128.load(b), add ? v128.load(c) : shift))
    v128.store(c, madd<f64>(x, v128.load(b, 16), add ? v128.load(c, 16) : shift), 16)
  }
}

/**
 * c = bias + A·b, or c += A·b, for each of `count` panels: A [rows, depth] packed in groups, panels of b and c `ldb` and
 * `ldc` bytes apart.
 */
export function applyPanels(
  count: usize, rows: usize, depth: usize, a: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool, bias: f64,
): void {
  if (rows == 1 && depth == 1) {
    scalePanels(count, a, b, ldb, c, ldc, add, bias)
    return
  }
  for (let first: usize = 0; first < count; first += BLOCK) {
    const last = min(count, first + BLOCK)
    let group = a, row: usize = 0
    while (row < rows) {
      const size = groupSize(rows - row)
      for (let t = first; t < last; t++) {
        const from = b + t * ldb, to = c + t * ldc + row * 32
        if (size == 6) panelTile6(depth, group, from, to, 32, add, bias)
        else if (size == 4) panelTile4(depth, group, from, to, 32, add, bias)
        else panelTile1(depth, group, from, to, 32, add, bias)
      }
      group += size * depth * 8
      row += size
    }
  }
}
