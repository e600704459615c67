// Pairs of samples that are nearly parallel, or nearly opposite, at some position. There S = √(q q' − k²), and with it the
// angle, loses what q q' and k² have in common, so that such pairs go through all layers once more in other numbers.
//
// Instead of k a position has its deficits E⁻ = √(q q') − k and E⁺ = √(q q') + k, both ≥ 0 and both carried without
// cancellation: k = √(q q') − E⁻, S = √(E⁻ E⁺), and E⁻/E⁺ is the squared tangent of half the angle. A covariance is an inner
// product a·b, and with α² = |b|/|a|
//
//     |a||b| ∓ a·b = ½ |αa ∓ b/α|².
//
// In the first layer a and b are the weighted samples, and a bias is one more coordinate of both. In the next layers
// k(u) = Σ_v V(u, v) G(v) + bias: with g, g' the duals of each sample with itself, a(v) = √(V(u, v) g(v)) and b(v) alike, the
// deficits are (|a||b| − a·b) + Σ_v V(u, v) (√(g g') ∓ G)(v), all terms ≥ 0. What is wrong with α, or with the variances that
// it comes from, enters in second order only.
//
// Four pairs, the lanes, are taken at a time: arrays are [index][4], as panels are. No lane knows of the others.

import { erfAngle, nearArcCosine, nearErf, settleDeficits } from './near-duals'
import { halveSamples, nearGram, nearSamples } from './near-grams'
import { applyPanels } from './pair-panels'
import { madd } from './simd'

/** A layer of a plan, as src/ntk/near-parallel.ts writes it. */
@unmanaged
class NearLayer {
  /** Of K and of Θ. */
  bias: f64
  ownBias: f64
  /** After the first layer: how often Ġ∘Θ takes G in; 0 where own-layer weights stand apart. */
  share: f64
  positions: i32
  /** Of hidden layers: variances and their roots, [panel][position][8]. */
  table: u32
  /** Of hidden layers after the first: the propagating weights, [positions][positions before]. */
  whole: u32
  /** After the first layer: the same packed for products, at `right` with `rank` rows and, where they are factors, at `left`. */
  right: u32
  rank: i32
  left: u32
  /** The own-layer weights alike; `ownRight` is 0 where Ġ∘Θ takes G in. */
  ownRight: u32
  ownRank: i32
  ownLeft: u32
  /** Of the first layer: rows of weights and factors of positions, see `expandRows`. */
  base: u32
  scale: u32
  ownBase: u32
  ownScale: u32
  unused: i32
}

/** A plan; its layers follow. */
@unmanaged
class NearPlan {
  slope: f64
  family: i32
  hidden: i32
  /** Coordinates of the samples' panels. */
  live: i32
  /** Rows of weights of the first layer, [rows][live]. */
  rows: i32
  weights: u32
  /** What was taken out of the samples, [live]. */
  background: u32
  /** Most padded positions of a layer. */
  most: i32
  /** Which kernels are asked for. */
  theta: i32
  nngp: i32
  unused: i32
}

// @ts-ignore: decorator
@inline
function layerOf(plan: NearPlan, l: i32): NearLayer {
  return changetype<NearLayer>(changetype<usize>(plan) + offsetof<NearPlan>() + <usize>l * offsetof<NearLayer>())
}

/** Bytes of an index of an array, and of what stands before the arrays: samples i, samples j, places of the lanes. */
// @ts-ignore: decorator
@inline
const LANES: usize = 32
// @ts-ignore: decorator
@inline
const HEAD: usize = 64
/** Arrays of positions. */
const WIDE: usize = 13

/** Bytes of workspace that `nearPairs` needs. most: padded positions of a layer; middle: padded rows between factors. */
export function nearWorkspace(live: usize, rows: usize, most: usize, middle: usize): usize {
  return HEAD + nearSamples(live) + (4 * rows + WIDE * most + middle) * LANES
}

/** The samples of the lanes, with what was taken out of them. */
function gatherSamples(plan: NearPlan, samples: usize, lanes: usize, out: usize): void {
  const live = <usize>plan.live, panelBytes = live * 32
  for (let side: usize = 0; side < 2; side++) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const i = <usize>load<i32>(lanes + side * 16 + lane * 4)
      const from = samples + (i >> 2) * panelBytes + (i & 3) * 8, to = out + side * live * LANES + lane * 8
      for (let p: usize = 0; p < live; p++) {
        store<f64>(to + p * LANES, load<f64>(from + p * 32) + load<f64>(<usize>plan.background + p * 8))
      }
    }
  }
  halveSamples(live, out)
}

/** q, q', √q and √q' of the lanes at every position of a layer, `stride` bytes apart. */
function gatherVariances(layer: NearLayer, lanes: usize, out: usize, stride: usize): void {
  const positions = <usize>layer.positions
  for (let side: usize = 0; side < 2; side++) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const i = <usize>load<i32>(lanes + side * 16 + lane * 4)
      const from = <usize>layer.table + (i >> 2) * positions * 64 + (i & 3) * 8
      const to = out + side * stride + lane * 8
      for (let u: usize = 0; u < positions; u++) {
        store<f64>(to + u * LANES, load<f64>(from + u * 64))
        store<f64>(to + 2 * stride + u * LANES, load<f64>(from + u * 64, 32))
      }
    }
  }
}

/** ½ (αa − b/α)², α² = √q'/√q. */
// @ts-ignore: decorator
@inline
function apart(a: v128, b: v128, alpha: v128): v128 {
  const d = f64x2.sub(f64x2.mul(alpha, a), f64x2.div(b, alpha))
  return f64x2.mul(f64x2.splat(0.5), f64x2.mul(d, d))
}

/** Deficits, and Θ, of the first layer's positions from those of its rows of weights. */
function expandDeficits(
  plan: NearPlan, rows: usize, rowStride: usize, roots: usize, minus: usize, plus: usize, stride: usize, theta: usize,
): void {
  const layer = layerOf(plan, 0)
  const bias = layer.bias, shift = f64x2.splat(bias)
  for (let u: usize = 0; u < <usize>layer.positions; u++) {
    const scale = load<f64>(<usize>layer.scale + u * 8)
    const row = rows + <usize>load<i32>(<usize>layer.base + u * 4) * LANES
    for (let at: usize = 0; at < LANES; at += 16) {
      const to = u * LANES + at
      const root = v128.load(roots + to), otherRoot = v128.load(roots + stride + to)
      let below = f64x2.splat(0), above = below, a = below, b = below
      if (scale != 0) {
        const factor = f64x2.splat(scale), deviation = f64x2.splat(Math.sqrt(scale))
        below = f64x2.mul(factor, v128.load(row + at))
        above = f64x2.mul(factor, v128.load(row + rowStride + at))
        a = f64x2.mul(deviation, v128.load(row + 2 * rowStride + at))
        b = f64x2.mul(deviation, v128.load(row + 3 * rowStride + at))
      }
      if (bias > 0) {
        const alpha = f64x2.sqrt(f64x2.div(otherRoot, root))
        const edge = f64x2.splat(Math.sqrt(bias))
        const both = f64x2.add(apart(a, b, alpha), apart(edge, edge, alpha))
        below = f64x2.add(below, both)
        above = madd<f64>(f64x2.splat(2), shift, f64x2.add(above, both))
      }
      settleDeficits(below, above, f64x2.mul(root, otherRoot), minus + to, plus + to)
    }
    if (!plan.theta) continue
    const ownScale = load<f64>(<usize>layer.ownScale + u * 8)
    const ownRow = rows + <usize>load<i32>(<usize>layer.ownBase + u * 4) * LANES
    for (let at: usize = 0; at < LANES; at += 16) {
      let own = f64x2.splat(layer.ownBias)
      if (ownScale != 0) {
        const below = v128.load(ownRow + at), above = v128.load(ownRow + rowStride + at)
        const norm = f64x2.mul(v128.load(ownRow + 2 * rowStride + at), v128.load(ownRow + 3 * rowStride + at))
        const k = v128.bitselect(f64x2.sub(above, norm), f64x2.sub(norm, below), f64x2.gt(below, above))
        own = madd<f64>(f64x2.splat(ownScale), k, own)
      }
      v128.store(theta + u * LANES + at, own)
    }
  }
}

/** The duals of a layer in place, and √(g/2) and √(g'/2) beside them, `stride` bytes apart. */
function nearDuals(
  plan: NearPlan, layer: NearLayer, own: f64, variances: usize, stride: usize,
  minus: usize, plus: usize, halves: usize, value: usize, theta: usize,
): void {
  const slope = plan.slope, roots = variances + 2 * stride
  const half = f64x2.splat(Math.sqrt((1 + slope * slope) * 0.25))
  for (let at: usize = 0; at < <usize>layer.positions * LANES; at += 16) {
    const root = v128.load(roots + at), otherRoot = v128.load(roots + stride + at)
    if (plan.family == 1) {
      const q = v128.load(variances + at), other = v128.load(variances + stride + at)
      const part = f64x2.splat(1 / Math.PI)
      v128.store(halves + at, f64x2.sqrt(f64x2.mul(part, erfAngle(q))))
      v128.store(halves + stride + at, f64x2.sqrt(f64x2.mul(part, erfAngle(other))))
      nearErf(own, q, other, root, otherRoot, minus + at, plus + at, value + at, theta + at)
    } else {
      v128.store(halves + at, f64x2.mul(half, root))
      v128.store(halves + stride + at, f64x2.mul(half, otherRoot))
      nearArcCosine(slope, own, root, otherRoot, minus + at, plus + at, value + at, theta + at)
    }
  }
}

/** The deficits of a layer from those of the duals before it. */
function propagateDeficits(
  layer: NearLayer, before: usize, roots: usize, stride: usize, minus: usize, plus: usize, halves: usize,
  toMinus: usize, toPlus: usize,
): void {
  const bias = f64x2.splat(layer.bias), edge = f64x2.sqrt(bias), one = f64x2.splat(1), two = f64x2.splat(2)
  for (let u: usize = 0; u < <usize>layer.positions; u++) {
    const weights = <usize>layer.whole + u * before * 8, to = u * LANES
    const root0 = v128.load(roots + to), root1 = v128.load(roots + to, 16)
    const other0 = v128.load(roots + stride + to), other1 = v128.load(roots + stride + to, 16)
    const alpha0 = f64x2.sqrt(f64x2.div(other0, root0)), alpha1 = f64x2.sqrt(f64x2.div(other1, root1))
    const inverse0 = f64x2.div(one, alpha0), inverse1 = f64x2.div(one, alpha1)
    let below0 = apart(edge, edge, alpha0), below1 = apart(edge, edge, alpha1)
    let above0 = madd<f64>(two, bias, below0), above1 = madd<f64>(two, bias, below1)
    for (let v: usize = 0; v < before; v++) {
      const weight = v128.load64_splat(weights + v * 8), half = halves + v * LANES, other = half + stride
      const d0 = f64x2.sub(f64x2.mul(alpha0, v128.load(half)), f64x2.mul(inverse0, v128.load(other)))
      const d1 = f64x2.sub(f64x2.mul(alpha1, v128.load(half, 16)), f64x2.mul(inverse1, v128.load(other, 16)))
      const square0 = f64x2.mul(d0, d0), square1 = f64x2.mul(d1, d1)
      const fromMinus = minus + v * LANES, fromPlus = plus + v * LANES
      below0 = madd<f64>(weight, f64x2.add(square0, v128.load(fromMinus)), below0)
      below1 = madd<f64>(weight, f64x2.add(square1, v128.load(fromMinus, 16)), below1)
      above0 = madd<f64>(weight, f64x2.add(square0, v128.load(fromPlus)), above0)
      above1 = madd<f64>(weight, f64x2.add(square1, v128.load(fromPlus, 16)), above1)
    }
    settleDeficits(below0, above0, f64x2.mul(root0, other0), toMinus + to, toPlus + to)
    settleDeficits(below1, above1, f64x2.mul(root1, other1), toMinus + to + 16, toPlus + to + 16)
  }
}

/** to (+)= bias + weights · from, through the factors where there are two. */
function product(
  rows: usize, before: usize, right: usize, rank: usize, left: usize,
  from: usize, to: usize, middle: usize, add: bool, bias: f64,
): void {
  if (left == 0) {
    applyPanels(1, rows, before, right, from, LANES, to, LANES, add, bias)
    return
  }
  applyPanels(1, rank, before, right, from, LANES, middle, LANES, false, 0)
  applyPanels(1, rows, rank, left, middle, LANES, to, LANES, add, bias)
}

/** Takes the lanes through all layers, and writes the outputs' K and Θ of the first `count` to the panels of their block. */
function takeLanes(plan: NearPlan, samples: usize, count: usize, k: usize, theta: usize, ld: usize, work: usize): void {
  const live = <usize>plan.live, baseRows = <usize>plan.rows, hidden = plan.hidden
  const stride = <usize>plan.most * LANES, rowStride = baseRows * LANES
  const inputs = work + HEAD, rows = inputs + nearSamples(live)
  const variances = rows + 4 * rowStride, roots = variances + 2 * stride, halves = roots + 2 * stride
  let minus = halves + 2 * stride, plus = minus + stride, toMinus = plus + stride, toPlus = toMinus + stride
  const value = toPlus + stride
  let from = value + stride, to = from + stride
  const middle = to + stride

  gatherSamples(plan, samples, work, inputs)
  let equal: i32 = 15
  for (let b: usize = 0; b < baseRows; b++) {
    equal &= nearGram(live, <usize>plan.weights + b * live * 8, inputs, rows + b * LANES, rowStride, variances)
  }
  // What the plain form gives for equal samples is right, and has the bits of each sample with itself.
  if ((equal & ((1 << <i32>count) - 1)) == (1 << <i32>count) - 1) return
  let layer = layerOf(plan, 0)
  gatherVariances(layer, work, variances, stride)
  expandDeficits(plan, rows, rowStride, roots, minus, plus, stride, from)
  for (let l = 1; l <= hidden; l++) {
    const next = layerOf(plan, l), before = <usize>layer.positions, positions = <usize>next.positions
    nearDuals(plan, layer, next.share, variances, stride, minus, plus, halves, value, from)
    if (plan.theta) {
      product(positions, before, next.right, <usize>next.rank, next.left, from, to, middle, false, next.ownBias)
      if (next.ownRight != 0) {
        product(positions, before, next.ownRight, <usize>next.ownRank, next.ownLeft, value, to, middle, true, 0)
      }
    }
    if (l == hidden) {
      if (plan.nngp) {
        product(positions, before, next.right, <usize>next.rank, next.left, value, toMinus, middle, false, next.bias)
      }
    } else {
      gatherVariances(next, work, variances, stride)
      propagateDeficits(next, before, roots, stride, minus, plus, halves, toMinus, toPlus)
    }
    let swap = minus; minus = toMinus; toMinus = swap
    swap = plus; plus = toPlus; toPlus = swap
    swap = from; from = to; to = swap
    layer = next
  }
  for (let lane: usize = 0; lane < count; lane++) {
    if ((equal >> <i32>lane) & 1) continue
    const place = <usize>load<u32>(work + lane * 4, 32)
    const at = (place >> 2) * ld + (place & 3) * 8
    for (let c: usize = 0; c < <usize>layer.positions; c++) {
      if (plan.nngp) store<f64>(k + at + c * LANES, load<f64>(minus + c * LANES + lane * 8))
      if (plan.theta) store<f64>(theta + at + c * LANES, load<f64>(from + c * LANES + lane * 8))
    }
  }
}

/**
 * The marked pairs i < j < n of a block once more, through all layers of a plan: their outputs' K and Θ in the panels at k and
 * theta, `ld` bytes apart, are written over. plan: see src/ntk/near-parallel.ts; samples: [panel][coordinate][4]; marks: see
 * `markNear`; work: `nearWorkspace` bytes. After the diagonal and after the pairs' plain form.
 */
export function nearPairs(
  plan: usize, samples: usize, i0: usize, height: usize, j0: usize, width: usize, n: usize,
  marks: usize, k: usize, theta: usize, ld: usize, work: usize,
): void {
  const layers = changetype<NearPlan>(plan)
  let count: usize = 0
  for (let i = i0; i < i0 + height; i++) {
    for (let t: usize = 0; t < width; t++) {
      const near = load<i32>(marks + ((i - i0) * width + t) * 4)
      if (near == 0) continue
      for (let lane: usize = 0; lane < 4; lane++) {
        const j = (j0 + t) * 4 + lane
        if (((near >> <i32>lane) & 1) == 0 || j <= i || j >= n) continue
        store<i32>(work + count * 4, <i32>i)
        store<i32>(work + count * 4, <i32>j, 16)
        store<u32>(work + count * 4, <u32>(((i - i0) * width + t) * 4 + lane), 32)
        if (++count == 4) {
          takeLanes(layers, samples, 4, k, theta, ld, work)
          count = 0
        }
      }
    }
  }
  if (count == 0) return
  for (let lane = count; lane < 4; lane++) {
    store<i32>(work + lane * 4, load<i32>(work))
    store<i32>(work + lane * 4, load<i32>(work, 16), 16)
  }
  takeLanes(layers, samples, count, k, theta, ld, work)
}
