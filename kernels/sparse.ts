// Products of a sparse matrix with activations in blocked layout: 128 bytes of samples (32 in f32, 16 in f64) of one
// feature lie together, features of a block follow each other, blocks follow each other. A row of the sparse matrix is
// then walked once per block with all samples of the block in 8 registers.
// The matrix is cut into `tiles` column tiles whose part of a block stays in the first-level cache. Entries are ordered by
// tile, row, column: `start` (tiles · rows + 1 counts), `offsets` (column · 128 bytes, so that no multiplication is left in
// the loop), `values`. Nothing is validated here.

import { madd } from './simd'

const RUN: usize = 128

/** out (+)= scale · (A·x), A[rows, cols] sparse, x `blocks` blocks of cols features, out of rows features. */
// @ts-ignore: decorator
@inline
function multiply<T>(
  blocks: usize, rows: usize, cols: usize, tiles: usize,
  start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: T, accumulate: bool,
): void {
  const factor = v128.splat<T>(scale)
  for (let b: usize = 0; b < blocks; b++) {
    let k: usize = 0
    let row: usize = 0, to = out
    const lists = rows * tiles
    for (let i: usize = 0; i < lists; i++) {
      const end: usize = load<u32>(start + 4 * i, 4)
      let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0
      for (; k < end; k++) {
        const a = x + <usize>load<u32>(offsets + 4 * k)
        const s = v128.load_splat<T>(values + k * sizeof<T>())
        c0 = madd<T>(s, v128.load(a), c0)
        c1 = madd<T>(s, v128.load(a, 16), c1)
        c2 = madd<T>(s, v128.load(a, 32), c2)
        c3 = madd<T>(s, v128.load(a, 48), c3)
        c4 = madd<T>(s, v128.load(a, 64), c4)
        c5 = madd<T>(s, v128.load(a, 80), c5)
        c6 = madd<T>(s, v128.load(a, 96), c6)
        c7 = madd<T>(s, v128.load(a, 112), c7)
      }
      if (accumulate || i >= rows) {
        v128.store(to, madd<T>(factor, c0, v128.load(to)))
        v128.store(to, madd<T>(factor, c1, v128.load(to, 16)), 16)
        v128.store(to, madd<T>(factor, c2, v128.load(to, 32)), 32)
        v128.store(to, madd<T>(factor, c3, v128.load(to, 48)), 48)
        v128.store(to, madd<T>(factor, c4, v128.load(to, 64)), 64)
        v128.store(to, madd<T>(factor, c5, v128.load(to, 80)), 80)
        v128.store(to, madd<T>(factor, c6, v128.load(to, 96)), 96)
        v128.store(to, madd<T>(factor, c7, v128.load(to, 112)), 112)
      } else {
        v128.store(to, v128.mul<T>(factor, c0))
        v128.store(to, v128.mul<T>(factor, c1), 16)
        v128.store(to, v128.mul<T>(factor, c2), 32)
        v128.store(to, v128.mul<T>(factor, c3), 48)
        v128.store(to, v128.mul<T>(factor, c4), 64)
        v128.store(to, v128.mul<T>(factor, c5), 80)
        v128.store(to, v128.mul<T>(factor, c6), 96)
        v128.store(to, v128.mul<T>(factor, c7), 112)
      }
      to += RUN
      if (++row == rows) {
        row = 0
        to = out
      }
    }
    out += rows * RUN
    x += cols * RUN
  }
}

/** [Σ a, Σ b, Σ c, Σ d] over the lanes of four f32 vectors. */
// @ts-ignore: decorator
@inline
function laneSumsF32(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = v128.add<f32>(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const high = v128.add<f32>(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return v128.add<f32>(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7))
}

/** [Σ a, Σ b] over the lanes of two f64 vectors. */
// @ts-ignore: decorator
@inline
function laneSumsF64(a: v128, b: v128): v128 {
  return v128.add<f64>(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3))
}

/** out[k] += scale · Σ_samples delta[i] x[j] for every stored entry k = (i, j): the gradient at the surviving weights only. */
// @ts-ignore: decorator
@inline
function sampled<T>(
  blocks: usize, rows: usize, cols: usize, tiles: usize,
  start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: T,
): void {
  const factor = v128.splat<T>(scale)
  for (let b: usize = 0; b < blocks; b++) {
    let k: usize = 0
    let row: usize = 0
    const lists = rows * tiles
    for (let i: usize = 0; i < lists; i++) {
      const end: usize = load<u32>(start + 4 * i, 4)
      const d0 = v128.load(delta), d1 = v128.load(delta, 16), d2 = v128.load(delta, 32), d3 = v128.load(delta, 48)
      const d4 = v128.load(delta, 64), d5 = v128.load(delta, 80), d6 = v128.load(delta, 96), d7 = v128.load(delta, 112)
      for (; k + 4 <= end; k += 4) {
        const at = offsets + 4 * k
        const p = x + <usize>load<u32>(at)
        const q = x + <usize>load<u32>(at, 4)
        const r = x + <usize>load<u32>(at, 8)
        const s = x + <usize>load<u32>(at, 12)
        let cp = v128.mul<T>(d0, v128.load(p))
        let cq = v128.mul<T>(d0, v128.load(q))
        let cr = v128.mul<T>(d0, v128.load(r))
        let cs = v128.mul<T>(d0, v128.load(s))
        cp = madd<T>(d1, v128.load(p, 16), cp)
        cq = madd<T>(d1, v128.load(q, 16), cq)
        cr = madd<T>(d1, v128.load(r, 16), cr)
        cs = madd<T>(d1, v128.load(s, 16), cs)
        cp = madd<T>(d2, v128.load(p, 32), cp)
        cq = madd<T>(d2, v128.load(q, 32), cq)
        cr = madd<T>(d2, v128.load(r, 32), cr)
        cs = madd<T>(d2, v128.load(s, 32), cs)
        cp = madd<T>(d3, v128.load(p, 48), cp)
        cq = madd<T>(d3, v128.load(q, 48), cq)
        cr = madd<T>(d3, v128.load(r, 48), cr)
        cs = madd<T>(d3, v128.load(s, 48), cs)
        cp = madd<T>(d4, v128.load(p, 64), cp)
        cq = madd<T>(d4, v128.load(q, 64), cq)
        cr = madd<T>(d4, v128.load(r, 64), cr)
        cs = madd<T>(d4, v128.load(s, 64), cs)
        cp = madd<T>(d5, v128.load(p, 80), cp)
        cq = madd<T>(d5, v128.load(q, 80), cq)
        cr = madd<T>(d5, v128.load(r, 80), cr)
        cs = madd<T>(d5, v128.load(s, 80), cs)
        cp = madd<T>(d6, v128.load(p, 96), cp)
        cq = madd<T>(d6, v128.load(q, 96), cq)
        cr = madd<T>(d6, v128.load(r, 96), cr)
        cs = madd<T>(d6, v128.load(s, 96), cs)
        cp = madd<T>(d7, v128.load(p, 112), cp)
        cq = madd<T>(d7, v128.load(q, 112), cq)
        cr = madd<T>(d7, v128.load(r, 112), cr)
        cs = madd<T>(d7, v128.load(s, 112), cs)
        const g = out + k * sizeof<T>()
        if (sizeof<T>() == 4) {
          v128.store(g, madd<T>(factor, laneSumsF32(cp, cq, cr, cs), v128.load(g)))
        } else {
          v128.store(g, madd<T>(factor, laneSumsF64(cp, cq), v128.load(g)))
          v128.store(g, madd<T>(factor, laneSumsF64(cr, cs), v128.load(g, 16)), 16)
        }
      }
      for (; k < end; k++) {
        const p = x + <usize>load<u32>(offsets + 4 * k)
        let c0 = v128.mul<T>(d0, v128.load(p))
        let c1 = v128.mul<T>(d1, v128.load(p, 16))
        c0 = madd<T>(d2, v128.load(p, 32), c0)
        c1 = madd<T>(d3, v128.load(p, 48), c1)
        c0 = madd<T>(d4, v128.load(p, 64), c0)
        c1 = madd<T>(d5, v128.load(p, 80), c1)
        c0 = madd<T>(d6, v128.load(p, 96), c0)
        c1 = madd<T>(d7, v128.load(p, 112), c1)
        c0 = v128.add<T>(c0, c1)
        let sum: T = v128.extract_lane<T>(c0, 0) + v128.extract_lane<T>(c0, 1)
        if (sizeof<T>() == 4) sum += v128.extract_lane<T>(c0, 2) + v128.extract_lane<T>(c0, 3)
        const g = out + k * sizeof<T>()
        store<T>(g, load<T>(g) + scale * sum)
      }
      delta += RUN
      if (++row == rows) {
        row = 0
        delta -= rows * RUN
      }
    }
    delta += rows * RUN
    x += cols * RUN
  }
}

export function sparseMultiplyF32(
  blocks: usize, rows: usize, cols: usize, tiles: usize, start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: f32, accumulate: bool,
): void {
  multiply<f32>(blocks, rows, cols, tiles, start, offsets, values, x, out, scale, accumulate)
}

export function sparseMultiplyF64(
  blocks: usize, rows: usize, cols: usize, tiles: usize, start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: f64, accumulate: bool,
): void {
  multiply<f64>(blocks, rows, cols, tiles, start, offsets, values, x, out, scale, accumulate)
}

export function sampledProductF32(
  blocks: usize, rows: usize, cols: usize, tiles: usize, start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: f32,
): void {
  sampled<f32>(blocks, rows, cols, tiles, start, offsets, delta, x, out, scale)
}

export function sampledProductF64(
  blocks: usize, rows: usize, cols: usize, tiles: usize, start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: f64,
): void {
  sampled<f64>(blocks, rows, cols, tiles, start, offsets, delta, x, out, scale)
}

// @ts-ignore: decorator
@inline
function gatherValues<T>(count: usize, index: usize, from: usize, to: usize, scale: T, accumulate: bool): void {
  for (let k: usize = 0; k < count; k++) {
    const value = scale * load<T>(from + <usize>load<u32>(index + 4 * k) * sizeof<T>())
    const at = to + k * sizeof<T>()
    store<T>(at, accumulate ? load<T>(at) + value : value)
  }
}

/** to[k] (+)= scale · from[index[k]]. */
export function gatherF32(count: usize, index: usize, from: usize, to: usize, scale: f32, accumulate: bool): void {
  gatherValues<f32>(count, index, from, to, scale, accumulate)
}

export function gatherF64(count: usize, index: usize, from: usize, to: usize, scale: f64, accumulate: bool): void {
  gatherValues<f64>(count, index, from, to, scale, accumulate)
}

/** to[index[k]] = from[k]. */
export function scatterF32(count: usize, index: usize, from: usize, to: usize): void {
  for (let k: usize = 0; k < count; k++) {
    store<f32>(to + <usize>load<u32>(index + 4 * k) * 4, load<f32>(from + k * 4))
  }
}

export function scatterF64(count: usize, index: usize, from: usize, to: usize): void {
  for (let k: usize = 0; k < count; k++) {
    store<f64>(to + <usize>load<u32>(index + 4 * k) * 8, load<f64>(from + k * 8))
  }
}

// @ts-ignore: decorator
@inline
function copyRun(from: usize, to: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
  v128.store(to, v128.load(from, 32), 32)
  v128.store(to, v128.load(from, 48), 48)
  v128.store(to, v128.load(from, 64), 64)
  v128.store(to, v128.load(from, 80), 80)
  v128.store(to, v128.load(from, 96), 96)
  v128.store(to, v128.load(from, 112), 112)
}

/** Blocked layout → a row-major matrix [features, blocks · samples per block], for the dense product. */
export function blocksToRows(blocks: usize, features: usize, from: usize, to: usize): void {
  for (let b: usize = 0; b < blocks; b++) {
    for (let i: usize = 0; i < features; i++, from += RUN) copyRun(from, to + (i * blocks + b) * RUN)
  }
}

// @ts-ignore: decorator
@inline
function rowsToBlocks<T>(blocks: usize, features: usize, from: usize, to: usize, scale: T, accumulate: bool): void {
  const factor = v128.splat<T>(scale)
  for (let b: usize = 0; b < blocks; b++) {
    for (let i: usize = 0; i < features; i++, to += RUN) {
      const row = from + (i * blocks + b) * RUN
      for (let s: usize = 0; s < RUN; s += 16) {
        const value = v128.mul<T>(factor, v128.load(row + s))
        v128.store(to + s, accumulate ? v128.add<T>(v128.load(to + s), value) : value)
      }
    }
  }
}

/** The way back: blocked (+)= scale · rows. */
export function rowsToBlocksF32(blocks: usize, features: usize, from: usize, to: usize, scale: f32, accumulate: bool): void {
  rowsToBlocks<f32>(blocks, features, from, to, scale, accumulate)
}

export function rowsToBlocksF64(blocks: usize, features: usize, from: usize, to: usize, scale: f64, accumulate: bool): void {
  rowsToBlocks<f64>(blocks, features, from, to, scale, accumulate)
}
