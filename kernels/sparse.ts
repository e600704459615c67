// Products of a sparse matrix with activations in blocked layout: 96 bytes of samples (24 in f32, 12 in f64) of one
// feature lie together, features of a block follow each other, blocks follow each other. A row of the sparse matrix is
// then walked once per block with all samples of the block in 6 registers.
// (Not 8: the engine issues all loads of an iteration before its multiply-adds, and 8 + 8 + 1 registers do not exist. A
// spilled accumulator halves the speed.)
// Matrices are compressed rows: `start` (rows + 1 counts), `offsets` (column · 96 bytes, so that no multiplication is left
// in the loop), `values`. Nothing is validated here.

import { madd } from './simd'
import { threadScratch } from './thread'

const RUN: usize = 96

/** out (+)= scale · (A·x), A[rows, cols] sparse, x `blocks` blocks of cols features, out of rows features. */
// @ts-ignore: decorator
@inline
function multiply<T>(
  blocks: usize, rows: usize, cols: usize,
  start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: T, accumulate: bool,
): void {
  const factor = v128.splat<T>(scale)
  for (let b: usize = 0; b < blocks; b++) {
    let k: usize = 0
    for (let i: usize = 0; i < rows; i++) {
      const end: usize = load<u32>(start + 4 * i, 4)
      let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0
      for (; k < end; k++) {
        const a = x + <usize>load<u32>(offsets + 4 * k)
        const s = v128.load_splat<T>(values + k * sizeof<T>())
        c0 = madd<T>(s, v128.load(a), c0)
        c1 = madd<T>(s, v128.load(a, 16), c1)
        c2 = madd<T>(s, v128.load(a, 32), c2)
        c3 = madd<T>(s, v128.load(a, 48), c3)
        c4 = madd<T>(s, v128.load(a, 64), c4)
        c5 = madd<T>(s, v128.load(a, 80), c5)
      }
      if (accumulate) {
        v128.store(out, madd<T>(factor, c0, v128.load(out)))
        v128.store(out, madd<T>(factor, c1, v128.load(out, 16)), 16)
        v128.store(out, madd<T>(factor, c2, v128.load(out, 32)), 32)
        v128.store(out, madd<T>(factor, c3, v128.load(out, 48)), 48)
        v128.store(out, madd<T>(factor, c4, v128.load(out, 64)), 64)
        v128.store(out, madd<T>(factor, c5, v128.load(out, 80)), 80)
      } else {
        v128.store(out, v128.mul<T>(factor, c0))
        v128.store(out, v128.mul<T>(factor, c1), 16)
        v128.store(out, v128.mul<T>(factor, c2), 32)
        v128.store(out, v128.mul<T>(factor, c3), 48)
        v128.store(out, v128.mul<T>(factor, c4), 64)
        v128.store(out, v128.mul<T>(factor, c5), 80)
      }
      out += RUN
    }
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

/** Σ delta ∘ x of one run per lane, written to memory: the store keeps the engine from loading four runs at once. */
// @ts-ignore: decorator
@inline
function partialSum<T>(to: usize, x: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  let c = v128.mul<T>(d0, v128.load(x))
  c = madd<T>(d1, v128.load(x, 16), c)
  c = madd<T>(d2, v128.load(x, 32), c)
  c = madd<T>(d3, v128.load(x, 48), c)
  c = madd<T>(d4, v128.load(x, 64), c)
  v128.store(to, madd<T>(d5, v128.load(x, 80), c))
}

/**
 * out[k] += scale · Σ_samples delta[i] x[j] for every stored entry k = (i, j) of the rows from `first` to before `last`: the
 * gradient at the surviving weights only. Every entry is summed over blocks in order, whatever the range of rows.
 */
// @ts-ignore: decorator
@inline
function sampled<T>(
  blocks: usize, rows: usize, cols: usize, first: usize, last: usize,
  start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: T,
): void {
  const factor = v128.splat<T>(scale)
  // Partial sums of four entries on their way to one vector.
  const partial = threadScratch
  for (let b: usize = 0; b < blocks; b++) {
    let k: usize = load<u32>(start + 4 * first)
    let run = delta + (b * rows + first) * RUN
    for (let i = first; i < last; i++) {
      const end: usize = load<u32>(start + 4 * i, 4)
      const d0 = v128.load(run), d1 = v128.load(run, 16), d2 = v128.load(run, 32)
      const d3 = v128.load(run, 48), d4 = v128.load(run, 64), d5 = v128.load(run, 80)
      for (; k + 4 <= end; k += 4) {
        const at = offsets + 4 * k
        partialSum<T>(partial, x + <usize>load<u32>(at), d0, d1, d2, d3, d4, d5)
        partialSum<T>(partial + 16, x + <usize>load<u32>(at, 4), d0, d1, d2, d3, d4, d5)
        partialSum<T>(partial + 32, x + <usize>load<u32>(at, 8), d0, d1, d2, d3, d4, d5)
        partialSum<T>(partial + 48, x + <usize>load<u32>(at, 12), d0, d1, d2, d3, d4, d5)
        const p = v128.load(partial), q = v128.load(partial, 16), r = v128.load(partial, 32), s = v128.load(partial, 48)
        const g = out + k * sizeof<T>()
        if (sizeof<T>() == 4) {
          v128.store(g, madd<T>(factor, laneSumsF32(p, q, r, s), v128.load(g)))
        } else {
          v128.store(g, madd<T>(factor, laneSumsF64(p, q), v128.load(g)))
          v128.store(g, madd<T>(factor, laneSumsF64(r, s), v128.load(g, 16)), 16)
        }
      }
      for (; k < end; k++) {
        partialSum<T>(partial, x + <usize>load<u32>(offsets + 4 * k), d0, d1, d2, d3, d4, d5)
        let sum: T = load<T>(partial) + load<T>(partial + sizeof<T>())
        if (sizeof<T>() == 4) sum += load<T>(partial, 8) + load<T>(partial, 12)
        const g = out + k * sizeof<T>()
        store<T>(g, load<T>(g) + scale * sum)
      }
      run += RUN
    }
    x += cols * RUN
  }
}

export function sparseMultiplyF32(
  blocks: usize, rows: usize, cols: usize, start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: f32, accumulate: bool,
): void {
  multiply<f32>(blocks, rows, cols, start, offsets, values, x, out, scale, accumulate)
}

export function sparseMultiplyF64(
  blocks: usize, rows: usize, cols: usize, start: usize, offsets: usize, values: usize,
  x: usize, out: usize, scale: f64, accumulate: bool,
): void {
  multiply<f64>(blocks, rows, cols, start, offsets, values, x, out, scale, accumulate)
}

export function sampledProductF32(
  blocks: usize, rows: usize, cols: usize, first: usize, last: usize, start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: f32,
): void {
  sampled<f32>(blocks, rows, cols, first, last, start, offsets, delta, x, out, scale)
}

export function sampledProductF64(
  blocks: usize, rows: usize, cols: usize, first: usize, last: usize, start: usize, offsets: usize,
  delta: usize, x: usize, out: usize, scale: f64,
): void {
  sampled<f64>(blocks, rows, cols, first, last, start, offsets, delta, x, out, scale)
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
