// Weighted Gram entries of the first layer over a tile of sample pairs (tiles as in recursion.ts). For a run of pairs
// (i, j0), (i, j0 + 1), … sample i's coordinates are folded into the weights, so that the run is one product with the
// samples' columns as they are; only the coordinates where sample i is not zero take part.

import { madd } from './simd'

const SEGMENT: usize = 16
const MR: usize = 6
/** Coordinates in a panel of folded weights. */
const DEPTH: usize = 256

/** Bytes of workspace that `weightedGrams` needs for this many rows of weights. */
export function weightedGramsWorkspace(rows: usize): usize {
  return DEPTH * 4 + (rows + MR) * DEPTH * 8 + MR * 32
}

/** out (6 rows × 4 columns, row stride `ldo` bytes) += folded weights × the listed rows of a panel of four samples. */
function listedTile(depth: usize, list: usize, a: usize, panel: usize, out: usize, ldo: usize): void {
  const row1 = out + ldo
  const row2 = out + 2 * ldo
  const row3 = out + 3 * ldo
  const row4 = out + 4 * ldo
  const row5 = out + 5 * ldo
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

/**
 * out[b, column of (i, j)] = offset[b, i] + offset[b, j] + Σ_p basis[p, b] · y[p, i] · y[p, j] for `rows` rows b.
 * basis: [coordinates, rows rounded up to six], zeros beyond `rows`. y: panels of four samples, [panel][coordinate][4],
 * zeros beyond the last sample. offsets: [rows, ldo]. Every entry is summed in the same order wherever its column lies.
 */
export function weightedGrams(
  coordinates: usize, rows: usize, basis: usize, y: usize, offsets: usize, ldo: usize,
  segments: usize, segmentCount: usize, out: usize, ld: usize, work: usize,
): void {
  const list = work
  const folded = list + DEPTH * 4
  const panels = (rows + MR - 1) / MR
  const edge = folded + panels * MR * DEPTH * 8
  const panelBytes = coordinates * 32
  for (let s: usize = 0; s < segmentCount; s++) {
    const at = segments + s * SEGMENT
    const i = <usize>load<i32>(at)
    const first = <usize>load<i32>(at, 4)
    const end = first + <usize>load<i32>(at, 8)
    // Column of sample j is j − first + offset; the address of a column left of the segment is formed but not used.
    const target = out + (<usize>load<i32>(at, 12) - first) * 8
    for (let b: usize = 0; b < rows; b++) {
      const row = offsets + b * ldo * 8
      const own = load<f64>(row + i * 8)
      for (let j = first; j < end; j++) store<f64>(target + (b * ld + j) * 8, own + load<f64>(row + j * 8))
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
        const source = basis + p * panels * (MR * 8)
        for (let r: usize = 0; r < panels; r++) {
          const to = folded + (r * DEPTH + depth) * (MR * 8), from = source + r * (MR * 8)
          v128.store(to, f64x2.mul(factor, v128.load(from)))
          v128.store(to, f64x2.mul(factor, v128.load(from, 16)), 16)
          v128.store(to, f64x2.mul(factor, v128.load(from, 32)), 32)
        }
        depth++
      }
      for (let j = first & ~(<usize>3); j < end; j += 4) {
        const panel = y + (j >> 2) * panelBytes
        const from = max(j, first), to = min(j + 4, end)
        for (let r: usize = 0; r < panels; r++) {
          const a = folded + r * DEPTH * (MR * 8)
          const live = min(MR, rows - r * MR)
          const corner = target + (r * MR * ld + j) * 8
          if (live == MR && to - from == 4) {
            listedTile(depth, list, a, panel, corner, ld * 8)
            continue
          }
          for (let k: usize = 0; k < live; k++) {
            for (let t = from; t < to; t++) store<f64>(edge + k * 32 + (t - j) * 8, load<f64>(corner + (k * ld + t - j) * 8))
          }
          listedTile(depth, list, a, panel, edge, 32)
          for (let k: usize = 0; k < live; k++) {
            for (let t = from; t < to; t++) store<f64>(corner + (k * ld + t - j) * 8, load<f64>(edge + k * 32 + (t - j) * 8))
          }
        }
      }
    }
  }
}
