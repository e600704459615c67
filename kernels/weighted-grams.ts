// Weighted Gram entries of the first layer over panels of sample pairs (see pair-panels.ts): Σ_p basis[p, b] y[p, i] y[p, j].
// For a row of pairs (i, j), (i, j + 1), … sample i's coordinates are folded into the weights, so that the row is one
// product with the samples' columns as they are. Every entry is summed in the same order wherever its pair lies, and by
// whichever function: a coordinate where sample i is zero adds nothing, so that leaving it out changes no bit.

import { groupSize, panelTile1, panelTile4, panelTile6 } from './pair-panels'
import { madd } from './simd'

/** Coordinates in a panel of folded weights. */
const DEPTH: usize = 256
/** Panels of samples that share folded weights while they are in the nearest cache. */
const BLOCK: usize = 4
/** Rows of weights from which on it pays to copy the listed coordinates of a panel side by side. */
const GATHERED: usize = 13
/** Samples side by side in a block of rows. */
const ROWS: usize = 6

/** Bytes of workspace that the functions below need for `width` columns of packed basis. */
export function weightedGramsWorkspace(width: usize): usize {
  return DEPTH * 4 + width * DEPTH * 8 + ROWS * DEPTH * 8 + width * 32 + BLOCK * DEPTH * 32
}

/** out (6 rows × 4 columns) += folded weights × the listed rows of a panel of four samples. */
function listedTile6(depth: usize, list: usize, a: usize, panel: usize, out: usize): void {
  const row1 = out + 32
  const row2 = out + 64
  const row3 = out + 96
  const row4 = out + 128
  const row5 = out + 160
  let c00 = v128.load(out), c01 = v128.load(out, 16)
  let c10 = v128.load(row1), c11 = v128.load(row1, 16)
  let c20 = v128.load(row2), c21 = v128.load(row2, 16)
  let c30 = v128.load(row3), c31 = v128.load(row3, 16)
  let c40 = v128.load(row4), c41 = v128.load(row4, 16)
  let c50 = v128.load(row5), c51 = v128.load(row5, 16)
  const end = list + depth * 4
  while (list < end) {
    const at = panel + <usize>load<i32>(list)
    const b0 = v128.load(at), b1 = v128.load(at, 16)
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
    list += 4
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(row1, c10); v128.store(row1, c11, 16)
  v128.store(row2, c20); v128.store(row2, c21, 16)
  v128.store(row3, c30); v128.store(row3, c31, 16)
  v128.store(row4, c40); v128.store(row4, c41, 16)
  v128.store(row5, c50); v128.store(row5, c51, 16)
}

/** out (4 rows × 4 columns) += folded weights × the listed rows of a panel of four samples. */
function listedTile4(depth: usize, list: usize, a: usize, panel: usize, out: usize): void {
  const row1 = out + 32
  const row2 = out + 64
  const row3 = out + 96
  let c00 = v128.load(out), c01 = v128.load(out, 16)
  let c10 = v128.load(row1), c11 = v128.load(row1, 16)
  let c20 = v128.load(row2), c21 = v128.load(row2, 16)
  let c30 = v128.load(row3), c31 = v128.load(row3, 16)
  const end = list + depth * 4
  while (list < end) {
    const at = panel + <usize>load<i32>(list)
    const b0 = v128.load(at), b1 = v128.load(at, 16)
    let x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(a, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(a, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(a, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    a += 32
    list += 4
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(row1, c10); v128.store(row1, c11, 16)
  v128.store(row2, c20); v128.store(row2, c21, 16)
  v128.store(row3, c30); v128.store(row3, c31, 16)
}

/** out (1 rows × 4 columns) += folded weights × the listed rows of a panel of four samples. */
function listedTile1(depth: usize, list: usize, a: usize, panel: usize, out: usize): void {
  let c00 = v128.load(out), c01 = v128.load(out, 16)
  const end = list + depth * 4
  while (list < end) {
    const at = panel + <usize>load<i32>(list)
    const b0 = v128.load(at), b1 = v128.load(at, 16)
    const x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    a += 8
    list += 4
  }
  v128.store(out, c00); v128.store(out, c01, 16)
}

/**
 * Rows i = i0 … i0 + height − 1, panels j0 … j0 + width − 1 of four samples, from the basis' `rows` rows:
 * out[(i − i0) width + panel − j0][b] = offset[b, i] + offset[b, j] + Σ_p basis[p, b] y[p, i] y[p, j].
 * basis: [coordinate][columns], rows in groups, zeros in padding. y: [panel][coordinate][4], zeros beyond the last sample.
 * offsets: [panel][columns][4]. Panels of out are `ld` bytes apart. Only coordinates where sample i is not zero take part.
 */
export function rowGrams(
  coordinates: usize, rows: usize, columns: usize, basis: usize, y: usize, offsets: usize,
  i0: usize, height: usize, j0: usize, width: usize, out: usize, ld: usize, work: usize,
): void {
  const list = work
  const gathered = list + DEPTH * 4
  const folded = gathered + BLOCK * DEPTH * 32
  const panelBytes = coordinates * 32
  for (let i = i0; i < i0 + height; i++) {
    const target = out + (i - i0) * width * ld
    const own = offsets + (i >> 2) * columns * 32 + (i & 3) * 8
    for (let t: usize = 0; t < width; t++) {
      const others = offsets + (j0 + t) * columns * 32
      for (let b: usize = 0; b < columns * 32; b += 32) {
        const offset = v128.load64_splat(own + b), to = target + t * ld + b
        v128.store(to, f64x2.add(offset, v128.load(others + b)))
        v128.store(to, f64x2.add(offset, v128.load(others + b, 16)), 16)
      }
    }
    const sample = y + (i >> 2) * panelBytes + (i & 3) * 8
    let p: usize = 0
    while (p < coordinates) {
      let depth: usize = 0
      for (; p < coordinates && depth < DEPTH; p++) {
        const value = load<f64>(sample + p * 32)
        if (value == 0) continue
        store<i32>(list + depth * 4, <i32>(p * 32))
        const factor = f64x2.splat(value)
        let from = basis + p * columns * 8, group = folded, row: usize = 0
        while (row < rows) {
          const size = groupSize(rows - row)
          const to = group + depth * size * 8
          if (size == 1) store<f64>(to, value * load<f64>(from))
          else {
            v128.store(to, f64x2.mul(factor, v128.load(from)))
            v128.store(to, f64x2.mul(factor, v128.load(from, 16)), 16)
            if (size == 6) v128.store(to, f64x2.mul(factor, v128.load(from, 32)), 32)
          }
          from += size * 8
          group += size * DEPTH * 8
          row += size
        }
        depth++
      }
      for (let first: usize = 0; first < width; first += BLOCK) {
        const last = min(width, first + BLOCK)
        let group = folded, row: usize = 0
        if (rows >= GATHERED) {
          let to = gathered
          for (let t = first; t < last; t++) {
            const panel = y + (j0 + t) * panelBytes
            for (let at = list; at < list + depth * 4; at += 4) {
              const from = panel + <usize>load<i32>(at)
              v128.store(to, v128.load(from))
              v128.store(to, v128.load(from, 16), 16)
              to += 32
            }
          }
        }
        while (row < rows) {
          const size = groupSize(rows - row)
          if (rows >= GATHERED) {
            for (let t = first; t < last; t++) {
              const from = gathered + (t - first) * depth * 32, to = target + t * ld + row * 32
              if (size == 6) panelTile6(depth, group, from, to, 32, true, 0)
              else if (size == 4) panelTile4(depth, group, from, to, 32, true, 0)
              else panelTile1(depth, group, from, to, 32, true, 0)
            }
          } else for (let t = first; t < last; t++) {
            const panel = y + (j0 + t) * panelBytes, to = target + t * ld + row * 32
            if (size == 6) listedTile6(depth, list, group, panel, to)
            else if (size == 4) listedTile4(depth, list, group, panel, to)
            else listedTile1(depth, list, group, panel, to)
          }
          group += size * DEPTH * 8
          row += size
        }
      }
    }
  }
}

/**
 * The same without offsets, as dense products of blocks of samples, for few rows of weights: six samples i side by side
 * fill the registers where rows do not. Panels left of the diagonal are left as they are. Writes whole blocks of six rows.
 */
export function blockGrams(
  coordinates: usize, rows: usize, columns: usize, basis: usize, y: usize,
  i0: usize, height: usize, j0: usize, width: usize, out: usize, ld: usize, work: usize,
): void {
  const panelBytes = coordinates * 32
  const samples = (i0 + height + 3) & ~(<usize>3)
  for (let b: usize = 0; b < rows; b++) {
    for (let p: usize = 0; p < coordinates; p += DEPTH) {
      const depth = min(DEPTH, coordinates - p)
      for (let i: usize = 0; i < height; i += ROWS) {
        for (let r: usize = 0; r < ROWS; r++) {
          const sample = i0 + i + r
          const from = y + (sample >> 2) * panelBytes + (sample & 3) * 8 + p * 32
          const weights = basis + (p * columns + b) * 8
          for (let k: usize = 0; k < depth; k++) {
            const value = sample < samples ? load<f64>(from + k * 32) * load<f64>(weights + k * columns * 8) : 0
            store<f64>(work + (k * ROWS + r) * 8, value)
          }
        }
        const target = out + i * width * ld + b * 32
        for (let t = max(j0, (i0 + i) >> 2) - j0; t < width; t++) {
          panelTile6(depth, work, y + (j0 + t) * panelBytes + p * 32, target + t * ld, width * ld, p > 0, 0)
        }
      }
    }
  }
}

/** The pairs (i, i), four to a panel: out[panel − first][b], as `rowGrams` gives them. */
export function diagonalGrams(
  coordinates: usize, rows: usize, columns: usize, basis: usize, y: usize, offsets: usize,
  first: usize, count: usize, out: usize, ld: usize, work: usize,
): void {
  const temporary = work + DEPTH * 4 + BLOCK * DEPTH * 32 + columns * DEPTH * 8
  for (let panel = first; panel < first + count; panel++) {
    const to = out + (panel - first) * ld
    for (let r: usize = 0; r < 4; r++) {
      rowGrams(coordinates, rows, columns, basis, y, offsets, panel * 4 + r, 1, panel, 1, temporary, ld, work)
      for (let b: usize = 0; b < columns * 32; b += 32) store<f64>(to + b + r * 8, load<f64>(temporary + b + r * 8))
    }
  }
}

/** Bytes of workspace that `sparseGrams` needs for so many entries and rows of weights. */
export function sparseGramsWorkspace(entries: usize, rows: usize): usize {
  return entries * 12 + rows * 4
}

/** out (one row × `count` ≤ BLOCK panels) = own + others + folded weights × the listed rows of the panels. */
// @ts-ignore: decorator
@inline
function sparseTile(
  count: usize, list: usize, end: usize, folded: usize, panel: usize, panelBytes: usize, own: v128, others: usize,
  offsetBytes: usize, out: usize, ld: usize,
): void {
  if (count == BLOCK) {
    const panel1 = panel + panelBytes, panel2 = panel1 + panelBytes, panel3 = panel2 + panelBytes
    const others1 = others + offsetBytes, others2 = others1 + offsetBytes, others3 = others2 + offsetBytes
    let c00 = f64x2.add(own, v128.load(others)), c01 = f64x2.add(own, v128.load(others, 16))
    let c10 = f64x2.add(own, v128.load(others1)), c11 = f64x2.add(own, v128.load(others1, 16))
    let c20 = f64x2.add(own, v128.load(others2)), c21 = f64x2.add(own, v128.load(others2, 16))
    let c30 = f64x2.add(own, v128.load(others3)), c31 = f64x2.add(own, v128.load(others3, 16))
    for (; list < end; list += 4) {
      const at = <usize>load<i32>(list), x = v128.load64_splat(folded)
      c00 = madd<f64>(x, v128.load(panel + at), c00); c01 = madd<f64>(x, v128.load(panel + at, 16), c01)
      c10 = madd<f64>(x, v128.load(panel1 + at), c10); c11 = madd<f64>(x, v128.load(panel1 + at, 16), c11)
      c20 = madd<f64>(x, v128.load(panel2 + at), c20); c21 = madd<f64>(x, v128.load(panel2 + at, 16), c21)
      c30 = madd<f64>(x, v128.load(panel3 + at), c30); c31 = madd<f64>(x, v128.load(panel3 + at, 16), c31)
      folded += 8
    }
    v128.store(out, c00); v128.store(out, c01, 16)
    out += ld
    v128.store(out, c10); v128.store(out, c11, 16)
    out += ld
    v128.store(out, c20); v128.store(out, c21, 16)
    out += ld
    v128.store(out, c30); v128.store(out, c31, 16)
    return
  }
  for (let t: usize = 0; t < count; t++) {
    let c0 = f64x2.add(own, v128.load(others)), c1 = f64x2.add(own, v128.load(others, 16))
    for (let at = list, x = folded; at < end; at += 4, x += 8) {
      const from = panel + <usize>load<i32>(at), value = v128.load64_splat(x)
      c0 = madd<f64>(value, v128.load(from), c0)
      c1 = madd<f64>(value, v128.load(from, 16), c1)
    }
    v128.store(out, c0); v128.store(out, c1, 16)
    panel += panelBytes
    others += offsetBytes
    out += ld
  }
}

/**
 * What `rowGrams` gives, for rows of weights that are mostly zero: `starts` [rows + 1] counts the entries of the rows
 * before, `places` (i32) and `values` tell their coordinates, in order, and weights. Rows that only fill a group are not
 * written.
 */
export function sparseGrams(
  coordinates: usize, rows: usize, columns: usize, starts: usize, places: usize, values: usize, y: usize, offsets: usize,
  i0: usize, height: usize, j0: usize, width: usize, out: usize, ld: usize, work: usize,
): void {
  const panelBytes = coordinates * 32, offsetBytes = columns * 32
  const entries = <usize>load<i32>(starts + rows * 4)
  const folded = work, list = folded + entries * 8, ends = list + entries * 4
  for (let i = i0; i < i0 + height; i++) {
    const sample = y + (i >> 2) * panelBytes + (i & 3) * 8
    let depth: usize = 0
    for (let b: usize = 0, e: usize = 0; b < rows; b++) {
      for (const end = <usize>load<i32>(starts + b * 4 + 4); e < end; e++) {
        const p = <usize>load<i32>(places + e * 4)
        const value = load<f64>(sample + p * 32)
        if (value == 0) continue
        store<i32>(list + depth * 4, <i32>(p * 32))
        store<f64>(folded + depth * 8, value * load<f64>(values + e * 8))
        depth++
      }
      store<i32>(ends + b * 4, <i32>depth)
    }
    const own = offsets + (i >> 2) * offsetBytes + (i & 3) * 8
    const target = out + (i - i0) * width * ld
    for (let t: usize = 0; t < width; t += BLOCK) {
      const count = min(BLOCK, width - t)
      const panel = y + (j0 + t) * panelBytes, others = offsets + (j0 + t) * offsetBytes
      for (let b: usize = 0, from: usize = 0; b < rows; b++) {
        const end = <usize>load<i32>(ends + b * 4)
        sparseTile(
          count, list + from * 4, list + end * 4, folded + from * 8, panel, panelBytes, v128.load64_splat(own + b * 32),
          others + b * 32, offsetBytes, target + t * ld + b * 32, ld,
        )
        from = end
      }
    }
  }
}
