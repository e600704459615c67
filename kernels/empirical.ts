// The tangent kernel of one masked matrix: Θ_c(x, x') += scale · Σ_i δ_ci(x) δ_ci(x') Σ_{j ∈ S_i} a_j(x) a_j(x').
// A unit adds nothing to pairs of samples in one of which its derivatives are zero: with rectified units that is three
// pairs out of four. So every unit gathers the samples at which it is active, multiplies out the Gram matrix of its
// inputs there, and pairs of samples then sum over the units that are active at both. Sums run over inputs and units in
// order, and what is left out are zeros: the bits are those of the sum over everything.

import { madd } from './simd'

/** Units that are taken together: their activity at a sample is one word. */
const BATCH: usize = 64
/** Samples in a panel of a Gram matrix, and bytes of them. */
const PANEL: usize = 4
const RUN: usize = 32

/**
 * Samples [samples, inputs] in blocks of 8: sample 8 b + r, input j at ((b · (inputs + 1) + j) · 8 + r), zero beyond the last
 * sample, and in the place of one more input, with which lists are filled up.
 */
export function packSamples(samples: usize, inputs: usize, a: usize, out: usize): void {
  const ld = inputs << 3
  for (let first: usize = 0; first < samples; first += 8) {
    const live = min<usize>(8, samples - first)
    let from = a + first * ld
    for (let j: usize = 0; j < inputs; j++, from += 8, out += 64) {
      for (let r: usize = 0; r < 8; r++) store<f64>(out + (r << 3), r < live ? load<f64>(from + r * ld) : 0)
    }
    memory.fill(out, 0, 64)
    out += 64
  }
}

/**
 * Which of at most 64 units are active at which samples, from delta [samples, pitch bytes], where unit u has `classes`
 * derivatives at u · classes: a word of bits per sample, counts [64], the active samples of each unit [64, samples], and
 * the place of each sample among them [samples, 64].
 */
export function activeUnits(
  units: usize, samples: usize, delta: usize, pitch: usize, classes: usize,
  bits: usize, counts: usize, lists: usize, places: usize,
): void {
  memory.fill(counts, 0, BATCH << 2)
  for (let x: usize = 0; x < samples; x++, delta += pitch, places += BATCH << 2) {
    let word: u64 = 0
    let at = delta
    for (let u: usize = 0; u < units; u++) {
      let active = false
      for (let c: usize = 0; c < classes; c++, at += 8) active = active || load<f64>(at) != 0
      if (!active) continue
      word |= (<u64>1) << (<u64>u)
      const count = load<u32>(counts + (u << 2))
      store<u32>(places + (u << 2), count)
      store<u32>(lists + ((u * samples + <usize>count) << 2), <u32>x)
      store<u32>(counts + (u << 2), count + 1)
    }
    store<u64>(bits + (x << 3), word)
  }
}

/** Panels of 4 of the chosen samples, input by listed input; the last panel repeats the last sample. */
function gatherPanels(list: usize, end: usize, ids: usize, count: usize, blocks: usize, blockBytes: usize, out: usize): void {
  for (let first: usize = 0; first < count; first += PANEL) {
    const last = count - 1
    const i0 = <usize>load<u32>(ids + (first << 2))
    const i1 = <usize>load<u32>(ids + (min(first + 1, last) << 2))
    const i2 = <usize>load<u32>(ids + (min(first + 2, last) << 2))
    const i3 = <usize>load<u32>(ids + (min(first + 3, last) << 2))
    const a0 = blocks + (i0 >> 3) * blockBytes + ((i0 & 7) << 3)
    const a1 = blocks + (i1 >> 3) * blockBytes + ((i1 & 7) << 3)
    const a2 = blocks + (i2 >> 3) * blockBytes + ((i2 & 7) << 3)
    const a3 = blocks + (i3 >> 3) * blockBytes + ((i3 & 7) << 3)
    for (let at = list; at < end; at += 4, out += RUN) {
      const j = <usize>load<u32>(at) << 6
      v128.store(out, v128.load64_lane(a1 + j, v128.load64_zero(a0 + j), 1))
      v128.store(out, v128.load64_lane(a3 + j, v128.load64_zero(a2 + j), 1), 16)
    }
  }
}

/**
 * out (4 × 4, row length ld bytes) = Σ over inputs of a (4 samples) ⊗ b (4 samples); an even number of inputs. A function of
 * its own, exported so that it stays one, and unrolled: otherwise its vector registers spill.
 */
export function panelGram(a: usize, end: usize, b: usize, out: usize, ld: usize): void {
  let c00 = f64x2.splat(0), c01 = c00
  let c10 = c00, c11 = c00
  let c20 = c00, c21 = c00
  let c30 = c00, c31 = c00
  let x: v128, b0: v128, b1: v128
  for (; a < end; a += 64, b += 64) {
    b0 = v128.load(b)
    b1 = v128.load(b, 16)
    x = v128.load64_splat(a)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(a, 8)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(a, 16)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(a, 24)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
    b0 = v128.load(b, 32)
    b1 = v128.load(b, 48)
    x = v128.load64_splat(a, 32)
    c00 = madd<f64>(x, b0, c00); c01 = madd<f64>(x, b1, c01)
    x = v128.load64_splat(a, 40)
    c10 = madd<f64>(x, b0, c10); c11 = madd<f64>(x, b1, c11)
    x = v128.load64_splat(a, 48)
    c20 = madd<f64>(x, b0, c20); c21 = madd<f64>(x, b1, c21)
    x = v128.load64_splat(a, 56)
    c30 = madd<f64>(x, b0, c30); c31 = madd<f64>(x, b1, c31)
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(out + ld, c10); v128.store(out + ld, c11, 16)
  v128.store(out + 2 * ld, c20); v128.store(out + 2 * ld, c21, 16)
  v128.store(out + 3 * ld, c30); v128.store(out + 3 * ld, c31, 16)
}

/**
 * The Gram matrix of one unit's inputs between its active samples of two sides, rows of `ld` bytes and both sides filled up to
 * fours; with `diagonal`, where the sides are one, its upper triangle. The unit's inputs are listed from `list` to before
 * `end`, an even number of them. work: 32 bytes per listed input and four samples, for both sides.
 */
export function activeGram(
  list: usize, end: usize, rowIds: usize, rows: usize, rowBlocks: usize, colIds: usize, cols: usize, colBlocks: usize,
  blockBytes: usize, diagonal: bool, out: usize, ld: usize, work: usize,
): void {
  if (rows == 0 || cols == 0) return
  const panel = ((end - list) >> 2) * RUN
  gatherPanels(list, end, rowIds, rows, rowBlocks, blockBytes, work)
  let right = work
  if (!diagonal) {
    right = work + ((rows + PANEL - 1) / PANEL) * panel
    gatherPanels(list, end, colIds, cols, colBlocks, blockBytes, right)
  }
  for (let i: usize = 0; i < rows; i += PANEL, out += PANEL * ld) {
    const left = work + (i / PANEL) * panel
    for (let j: usize = diagonal ? i : 0; j < cols; j += PANEL) {
      panelGram(left, left + panel, right + (j / PANEL) * panel, out + (j << 3), ld)
    }
  }
}

/** theta (10 classes) += Σ over the units of a list of (left ∘ right) · gram; a function of its own for its registers. */
export function addTenClasses(count: usize, lefts: usize, rights: usize, grams: usize, offset: usize, theta: usize): void {
  let c0 = v128.load(theta), c1 = v128.load(theta, 16), c2 = v128.load(theta, 32)
  let c3 = v128.load(theta, 48), c4 = v128.load(theta, 64)
  for (let k: usize = 0; k < count << 2; k += 4) {
    const left = <usize>load<u32>(lefts + k) + offset, right = <usize>load<u32>(rights + k) + offset
    const gram = v128.load64_splat(<usize>load<u32>(grams + k))
    c0 = madd<f64>(f64x2.mul(v128.load(left), v128.load(right)), gram, c0)
    c1 = madd<f64>(f64x2.mul(v128.load(left, 16), v128.load(right, 16)), gram, c1)
    c2 = madd<f64>(f64x2.mul(v128.load(left, 32), v128.load(right, 32)), gram, c2)
    c3 = madd<f64>(f64x2.mul(v128.load(left, 48), v128.load(right, 48)), gram, c3)
    c4 = madd<f64>(f64x2.mul(v128.load(left, 64), v128.load(right, 64)), gram, c4)
  }
  v128.store(theta, c0); v128.store(theta, c1, 16); v128.store(theta, c2, 32)
  v128.store(theta, c3, 48); v128.store(theta, c4, 64)
}

/** The same of two classes. */
function addTwoClasses(count: usize, lefts: usize, rights: usize, grams: usize, offset: usize, theta: usize): void {
  let sum = v128.load(theta)
  for (let k: usize = 0; k < count << 2; k += 4) {
    const left = <usize>load<u32>(lefts + k) + offset, right = <usize>load<u32>(rights + k) + offset
    const gram = v128.load64_splat(<usize>load<u32>(grams + k))
    sum = madd<f64>(f64x2.mul(v128.load(left), v128.load(right)), gram, sum)
  }
  v128.store(theta, sum)
}

/**
 * theta (10 classes × 2 classes, row length ld bytes) += Σ over the units of a list of left ⊗ right, left with the Gram entry
 * in it and `pitch` bytes from unit to unit; a function of its own for its registers.
 */
export function addTenByTwo(count: usize, left: usize, pitch: usize, rights: usize, offset: usize, theta: usize, ld: usize): void {
  const t1 = theta + ld, t2 = t1 + ld, t3 = t2 + ld, t4 = t3 + ld
  const t5 = t4 + ld, t6 = t5 + ld, t7 = t6 + ld, t8 = t7 + ld, t9 = t8 + ld
  let c0 = v128.load(theta), c1 = v128.load(t1), c2 = v128.load(t2), c3 = v128.load(t3), c4 = v128.load(t4)
  let c5 = v128.load(t5), c6 = v128.load(t6), c7 = v128.load(t7), c8 = v128.load(t8), c9 = v128.load(t9)
  for (const end = rights + (count << 2); rights < end; rights += 4, left += pitch) {
    const d = v128.load(<usize>load<u32>(rights) + offset)
    c0 = madd<f64>(v128.load64_splat(left), d, c0)
    c1 = madd<f64>(v128.load64_splat(left, 8), d, c1)
    c2 = madd<f64>(v128.load64_splat(left, 16), d, c2)
    c3 = madd<f64>(v128.load64_splat(left, 24), d, c3)
    c4 = madd<f64>(v128.load64_splat(left, 32), d, c4)
    c5 = madd<f64>(v128.load64_splat(left, 40), d, c5)
    c6 = madd<f64>(v128.load64_splat(left, 48), d, c6)
    c7 = madd<f64>(v128.load64_splat(left, 56), d, c7)
    c8 = madd<f64>(v128.load64_splat(left, 64), d, c8)
    c9 = madd<f64>(v128.load64_splat(left, 72), d, c9)
  }
  v128.store(theta, c0); v128.store(t1, c1); v128.store(t2, c2); v128.store(t3, c3); v128.store(t4, c4)
  v128.store(t5, c5); v128.store(t6, c6); v128.store(t7, c7); v128.store(t8, c8); v128.store(t9, c9)
}

/** The same of two by two classes. */
function addTwoByTwo(count: usize, left: usize, pitch: usize, rights: usize, offset: usize, theta: usize, ld: usize): void {
  let c0 = v128.load(theta), c1 = v128.load(theta + ld)
  for (const end = rights + (count << 2); rights < end; rights += 4, left += pitch) {
    const d = v128.load(<usize>load<u32>(rights) + offset)
    c0 = madd<f64>(v128.load64_splat(left), d, c0)
    c1 = madd<f64>(v128.load64_splat(left, 8), d, c1)
  }
  v128.store(theta, c0)
  v128.store(theta + ld, c1)
}

/** All pairs of classes, `classes` an even number: products of the left side with the Gram entries first, in `work`. */
function addCrossed(count: usize, classes: usize, lefts: usize, rights: usize, grams: usize, work: usize, theta: usize): void {
  const pitch = classes << 3
  let to = work
  for (let k: usize = 0; k < count << 2; k += 4) {
    const left = <usize>load<u32>(lefts + k)
    const gram = v128.load64_splat(<usize>load<u32>(grams + k))
    for (let at: usize = 0; at < pitch; at += 16) v128.store(to + at, f64x2.mul(v128.load(left + at), gram))
    to += pitch
  }
  for (let e: usize = 0; e < pitch; e += 16) {
    let c: usize = 0
    for (; c + 10 <= classes; c += 10) addTenByTwo(count, work + (c << 3), pitch, rights, e, theta + c * pitch + e, pitch)
    for (; c < classes; c += 2) addTwoByTwo(count, work + (c << 3), pitch, rights, e, theta + c * pitch + e, pitch)
  }
}

/**
 * One row of Θ, [cols, classes] or crossed [cols, classes, classes]: adds the part of at most 64 units, from column `first` on.
 * `classes` is even. Of the row's sample: `word` its active units, `rowPlaces` its place among each unit's active samples,
 * `rowDelta` its derivatives. Of the columns: bits, places and delta (rows of `pitch` bytes) as for `activeUnits`. grams and
 * gramPitches hold, per unit, where its Gram matrix begins and the bytes of a row; scales a factor. work: 64 · (2 · classes
 * numbers and 4 words).
 */
export function activeRow(
  word: usize, rowPlaces: usize, rowDelta: usize, first: usize, cols: usize, bits: usize, places: usize, delta: usize,
  pitch: usize, classes: usize, crossed: bool, grams: usize, gramPitches: usize, scales: usize, theta: usize, work: usize,
): void {
  const active = load<u64>(word)
  if (active == 0) return
  const bytes = classes << 3
  const scaled = work, products = scaled + BATCH * bytes
  const rowGrams = products + BATCH * bytes
  const lefts = rowGrams + (BATCH << 2), rights = lefts + (BATCH << 2), entries = rights + (BATCH << 2)
  for (let rest = active; rest != 0; rest &= rest - 1) {
    const u = <usize>ctz<u64>(rest)
    const scale = v128.load64_splat(scales + (u << 3))
    const from = rowDelta + u * bytes, to = scaled + u * bytes
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f64x2.mul(scale, v128.load(from + at)))
    const place = <usize>load<u32>(rowPlaces + (u << 2))
    store<u32>(rowGrams + (u << 2), load<u32>(grams + (u << 2)) + <u32>(place * <usize>load<u32>(gramPitches + (u << 2))))
  }
  const cell = crossed ? classes * bytes : bytes
  for (let x = first; x < cols; x++) {
    let rest = active & load<u64>(bits + (x << 3))
    if (rest == 0) continue
    const own = places + x * (BATCH << 2), right = delta + x * pitch
    let count: usize = 0
    for (; rest != 0; rest &= rest - 1, count += 4) {
      const u = <usize>ctz<u64>(rest)
      store<u32>(lefts + count, <u32>(scaled + u * bytes))
      store<u32>(rights + count, <u32>(right + u * bytes))
      store<u32>(entries + count, load<u32>(rowGrams + (u << 2)) + (load<u32>(own + (u << 2)) << 3))
    }
    count >>= 2
    const out = theta + x * cell
    if (crossed) {
      addCrossed(count, classes, lefts, rights, entries, products, out)
      continue
    }
    let at: usize = 0
    for (; at + 80 <= bytes; at += 80) addTenClasses(count, lefts, rights, entries, at, out + at)
    for (; at < bytes; at += 16) addTwoClasses(count, lefts, rights, entries, at, out + at)
  }
}
