// The tangent kernel of one masked matrix: Θ_c(x, x') += scale · Σ_i δ_ci(x) δ_ci(x') Σ_{j ∈ S_i} a_j(x) a_j(x').
// Nothing is gathered: inputs lie in panels of 6 and of 4 samples, and the register tile walks the index list of a unit.

import { madd } from './simd'

const ROWS: usize = 6
const COLS: usize = 4
/** Bytes of a tile of 6 × 4. */
const TILE: usize = ROWS * COLS * 8
/** Units whose tiles are held at a time. */
const BATCH: usize = 64

/** Doubles between consecutive inputs in a panel of `width` samples (6 and 4), one cache line and half of one. */
// @ts-ignore: decorator
@inline
function pitch(width: usize): usize {
  return width == ROWS ? 8 : 4
}

/**
 * Packs xT [inputs, samples] (row length ld) into panels: panel p, input j, lane r at ((p · inputs + j) · pitch + r),
 * zero beyond the last sample. `width` is 6 (pitch 8) or 4 (pitch 4).
 */
export function packPanels(inputs: usize, samples: usize, x: usize, ld: usize, width: usize, out: usize): void {
  const step = pitch(width)
  for (let first: usize = 0; first < samples; first += width) {
    const live = min(width, samples - first)
    for (let j: usize = 0; j < inputs; j++) {
      const source = x + (j * ld + first) * 8
      for (let r: usize = 0; r < step; r++) {
        store<f64>(out + r * 8, r < live ? load<f64>(source + r * 8) : 0)
      }
      out += step * 8
    }
  }
}

/**
 * tile (6 × 4) = Σ over the inputs j listed in [list, end) of a[j] (6 lanes) ⊗ b[j] (4 lanes); an even number of inputs.
 * A function of its own, exported so that it stays one, and unrolled: otherwise its 15 vector registers spill.
 */
export function listedGram(list: usize, end: usize, a: usize, b: usize, tile: usize): void {
  let c00 = f64x2.splat(0), c01 = c00
  let c10 = c00, c11 = c00
  let c20 = c00, c21 = c00
  let c30 = c00, c31 = c00
  let c40 = c00, c41 = c00
  let c50 = c00, c51 = c00
  let j: usize, left: usize, right: usize
  let x: v128, b0: v128, b1: v128
  for (; list < end; list += 8) {
    j = <usize>load<u32>(list, 0)
    left = a + (j << 6)
    right = b + (j << 5)
    b0 = v128.load(right)
    b1 = v128.load(right, 16)
    x = v128.load64_splat(left)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(left, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(left, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(left, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    x = v128.load64_splat(left, 32)
    c40 = madd<f64>(x, b0, c40); c41 = madd<f64>(x, b1, c41)
    x = v128.load64_splat(left, 40)
    c50 = madd<f64>(x, b0, c50); c51 = madd<f64>(x, b1, c51)
    j = <usize>load<u32>(list, 4)
    left = a + (j << 6)
    right = b + (j << 5)
    b0 = v128.load(right)
    b1 = v128.load(right, 16)
    x = v128.load64_splat(left)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(left, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(left, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(left, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    x = v128.load64_splat(left, 32)
    c40 = madd<f64>(x, b0, c40); c41 = madd<f64>(x, b1, c41)
    x = v128.load64_splat(left, 40)
    c50 = madd<f64>(x, b0, c50); c51 = madd<f64>(x, b1, c51)
  }
  v128.store(tile, c00); v128.store(tile, c01, 16)
  v128.store(tile, c10, 32); v128.store(tile, c11, 48)
  v128.store(tile, c20, 64); v128.store(tile, c21, 80)
  v128.store(tile, c30, 96); v128.store(tile, c31, 112)
  v128.store(tile, c40, 128); v128.store(tile, c41, 144)
  v128.store(tile, c50, 160); v128.store(tile, c51, 176)
}

/**
 * Adds the part of some units to the tile of Θ whose samples are row panel `a` (6) and column panel `b` (4): theta is
 * [classes, 6, 4]. Unit u has inputs lists[starts[u] … starts[u + 1]) (an even number of them), factor scales[u], and its
 * derivatives by class in the panels deltaA and deltaB, packed with (u · classes + c) as the input. work: 64 × 192 bytes.
 */
export function empiricalTile(
  units: usize, starts: usize, lists: usize, scales: usize,
  a: usize, b: usize, deltaA: usize, deltaB: usize, classes: usize, theta: usize, work: usize,
): void {
  for (let first: usize = 0; first < units; first += BATCH) {
    const batch = min(BATCH, units - first)
    for (let u: usize = 0; u < batch; u++) {
      const at = starts + (first + u) * 4
      const list = lists + (<usize>load<i32>(at) << 2), end = lists + (<usize>load<i32>(at, 4) << 2)
      listedGram(list, end, a, b, work + u * TILE)
    }
    for (let u: usize = 0; u < batch; u++) {
      const gram = work + u * TILE
      const scale = load<f64>(scales + (first + u) * 8)
      for (let c: usize = 0; c < classes; c++) {
        const row = (first + u) * classes + c
        const left = deltaA + (row << 6), right = deltaB + (row << 5)
        const d0 = v128.load(right), d1 = v128.load(right, 16)
        const out = theta + c * TILE
        for (let r: usize = 0; r < ROWS; r++) {
          const x = f64x2.splat(scale * load<f64>(left + r * 8))
          const at = out + r * 32, source = gram + r * 32
          v128.store(at, madd<f64>(f64x2.mul(x, d0), v128.load(source), v128.load(at)))
          v128.store(at, madd<f64>(f64x2.mul(x, d1), v128.load(source, 16), v128.load(at, 16)), 16)
        }
      }
    }
  }
}

/**
 * As empiricalTile for every pair of classes: theta is [classes, classes, 6, 4], with the class of the row panel first.
 */
export function empiricalCrossTile(
  units: usize, starts: usize, lists: usize, scales: usize,
  a: usize, b: usize, deltaA: usize, deltaB: usize, classes: usize, theta: usize, work: usize,
): void {
  for (let u: usize = 0; u < units; u++) {
    const at = starts + u * 4
    listedGram(lists + (<usize>load<i32>(at) << 2), lists + (<usize>load<i32>(at, 4) << 2), a, b, work)
    const scale = load<f64>(scales + u * 8)
    const rights = deltaB + ((u * classes) << 5)
    for (let c: usize = 0; c < classes; c++) {
      addCrossed(work, scale, deltaA + ((u * classes + c) << 6), rights, classes, theta + c * classes * TILE)
    }
  }
}

/** theta [classes, 6, 4] += (gram ∘ left) ∘ right for the right sides of all classes; a function of its own for its registers. */
export function addCrossed(gram: usize, scale: f64, left: usize, rights: usize, classes: usize, theta: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const column = half << 4
    const g = gram + column
    const x0 = f64x2.mul(f64x2.splat(scale * load<f64>(left)), v128.load(g))
    const x1 = f64x2.mul(f64x2.splat(scale * load<f64>(left, 8)), v128.load(g, 32))
    const x2 = f64x2.mul(f64x2.splat(scale * load<f64>(left, 16)), v128.load(g, 64))
    const x3 = f64x2.mul(f64x2.splat(scale * load<f64>(left, 24)), v128.load(g, 96))
    const x4 = f64x2.mul(f64x2.splat(scale * load<f64>(left, 32)), v128.load(g, 128))
    const x5 = f64x2.mul(f64x2.splat(scale * load<f64>(left, 40)), v128.load(g, 160))
    let out = theta + column
    for (let right = rights + column, end = right + (classes << 5); right < end; right += 32) {
      const d = v128.load(right)
      v128.store(out, madd<f64>(x0, d, v128.load(out)))
      v128.store(out, madd<f64>(x1, d, v128.load(out, 32)), 32)
      v128.store(out, madd<f64>(x2, d, v128.load(out, 64)), 64)
      v128.store(out, madd<f64>(x3, d, v128.load(out, 96)), 96)
      v128.store(out, madd<f64>(x4, d, v128.load(out, 128)), 128)
      v128.store(out, madd<f64>(x5, d, v128.load(out, 160)), 160)
      out += TILE
    }
  }
}
