// Pointwise work of a training step on blocked activations (see sparse.ts) and on flat parameter arrays.
// Counts of samples' values are multiples of a vector: blocked arrays are padded. Nothing is validated here.

import { madd } from './simd'

const RUN: usize = 96

// @ts-ignore: decorator
@inline
function piecewise<T>(count: usize, z: usize, a: usize, slope: T): void {
  const zero = v128.splat<T>(<T>0), factor = v128.splat<T>(slope)
  for (const end = z + count * sizeof<T>(); z < end; z += 16, a += 16) {
    const value = v128.load(z)
    v128.store(a, v128.bitselect(value, v128.mul<T>(factor, value), v128.gt<T>(value, zero)))
  }
}

// @ts-ignore: decorator
@inline
function piecewiseSlope<T>(count: usize, z: usize, e: usize, slope: T): void {
  const zero = v128.splat<T>(<T>0), factor = v128.splat<T>(slope)
  for (const end = z + count * sizeof<T>(); z < end; z += 16, e += 16) {
    const value = v128.load(e)
    v128.store(e, v128.bitselect(value, v128.mul<T>(factor, value), v128.gt<T>(v128.load(z), zero)))
  }
}

/** a = z where z > 0, else slope · z: ReLU, leaky ReLU and identity. */
export function piecewiseF32(count: usize, z: usize, a: usize, slope: f32): void {
  piecewise<f32>(count, z, a, slope)
}

export function piecewiseF64(count: usize, z: usize, a: usize, slope: f64): void {
  piecewise<f64>(count, z, a, slope)
}

/** e ∘= φ'(z) of the same functions. */
export function piecewiseSlopeF32(count: usize, z: usize, e: usize, slope: f32): void {
  piecewiseSlope<f32>(count, z, e, slope)
}

export function piecewiseSlopeF64(count: usize, z: usize, e: usize, slope: f64): void {
  piecewiseSlope<f64>(count, z, e, slope)
}

/** Rows of the table are Taylor coefficients of degrees 0 … 7 at multiples of 1/64, up to 6 (see src/network/erf.ts). */
// @ts-ignore: decorator
@inline
function erfAt(x: f64, table: usize): f64 {
  const size = abs<f64>(x)
  if (size >= 6) return copysign<f64>(1, x)
  if (size != size) return x
  const k = nearest<f64>(size * 64)
  const t = size - k / 64
  const c = table + <usize>k * 64
  let sum = load<f64>(c, 56)
  sum = sum * t + load<f64>(c, 48)
  sum = sum * t + load<f64>(c, 40)
  sum = sum * t + load<f64>(c, 32)
  sum = sum * t + load<f64>(c, 24)
  sum = sum * t + load<f64>(c, 16)
  sum = sum * t + load<f64>(c, 8)
  sum = sum * t + load<f64>(c)
  return copysign<f64>(sum, x)
}

/** The derivative of the same polynomial: no exponential needed; degree 6 leaves an error below 1e-15. */
// @ts-ignore: decorator
@inline
function erfSlopeAt(x: f64, table: usize): f64 {
  const size = abs<f64>(x)
  if (size >= 6) return 0
  if (size != size) return x
  const k = nearest<f64>(size * 64)
  const t = size - k / 64
  const c = table + <usize>k * 64
  let sum = 7 * load<f64>(c, 56)
  sum = sum * t + 6 * load<f64>(c, 48)
  sum = sum * t + 5 * load<f64>(c, 40)
  sum = sum * t + 4 * load<f64>(c, 32)
  sum = sum * t + 3 * load<f64>(c, 24)
  sum = sum * t + 2 * load<f64>(c, 16)
  return sum * t + load<f64>(c, 8)
}

export function erfF32(count: usize, z: usize, a: usize, table: usize): void {
  for (let i: usize = 0; i < count * 4; i += 4) store<f32>(a + i, <f32>erfAt(load<f32>(z + i), table))
}

export function erfF64(count: usize, z: usize, a: usize, table: usize): void {
  for (let i: usize = 0; i < count * 8; i += 8) store<f64>(a + i, erfAt(load<f64>(z + i), table))
}

export function erfSlopeF32(count: usize, z: usize, e: usize, table: usize): void {
  for (let i: usize = 0; i < count * 4; i += 4) {
    store<f32>(e + i, <f32>(load<f32>(e + i) * erfSlopeAt(load<f32>(z + i), table)))
  }
}

export function erfSlopeF64(count: usize, z: usize, e: usize, table: usize): void {
  for (let i: usize = 0; i < count * 8; i += 8) {
    store<f64>(e + i, load<f64>(e + i) * erfSlopeAt(load<f64>(z + i), table))
  }
}

// @ts-ignore: decorator
@inline
function addBias<T>(blocks: usize, features: usize, bias: usize, z: usize, scale: T): void {
  for (let b: usize = 0; b < blocks; b++) {
    for (let i: usize = 0; i < features; i++, z += RUN) {
      const value = v128.splat<T>(scale * load<T>(bias + i * sizeof<T>()))
      for (let s: usize = 0; s < RUN; s += 16) v128.store(z + s, v128.add<T>(v128.load(z + s), value))
    }
  }
}

/** z of every sample += scale · bias. */
export function addBiasF32(blocks: usize, features: usize, bias: usize, z: usize, scale: f32): void {
  addBias<f32>(blocks, features, bias, z, scale)
}

export function addBiasF64(blocks: usize, features: usize, bias: usize, z: usize, scale: f64): void {
  addBias<f64>(blocks, features, bias, z, scale)
}

// @ts-ignore: decorator
@inline
function biasGradient<T>(blocks: usize, features: usize, delta: usize, out: usize, scale: T): void {
  for (let b: usize = 0; b < blocks; b++) {
    for (let i: usize = 0; i < features; i++, delta += RUN) {
      let sum = v128.load(delta)
      for (let s: usize = 16; s < RUN; s += 16) sum = v128.add<T>(sum, v128.load(delta + s))
      let total: T = v128.extract_lane<T>(sum, 0) + v128.extract_lane<T>(sum, 1)
      if (sizeof<T>() == 4) total += v128.extract_lane<T>(sum, 2) + v128.extract_lane<T>(sum, 3)
      const at = out + i * sizeof<T>()
      store<T>(at, load<T>(at) + scale * total)
    }
  }
}

/** out += scale · Σ_samples delta. */
export function biasGradientF32(blocks: usize, features: usize, delta: usize, out: usize, scale: f32): void {
  biasGradient<f32>(blocks, features, delta, out, scale)
}

export function biasGradientF64(blocks: usize, features: usize, delta: usize, out: usize, scale: f64): void {
  biasGradient<f64>(blocks, features, delta, out, scale)
}

/** y += factor · x on flat arrays. */
export function addScaledF32(count: usize, factor: f32, x: usize, y: usize): void {
  for (let i: usize = 0; i < count * 4; i += 4) store<f32>(y + i, load<f32>(y + i) + factor * load<f32>(x + i))
}

export function addScaledF64(count: usize, factor: f64, x: usize, y: usize): void {
  for (let i: usize = 0; i < count * 8; i += 8) store<f64>(y + i, load<f64>(y + i) + factor * load<f64>(x + i))
}

/**
 * velocity = momentum · velocity + gradient; weights −= rate · velocity. The velocity is f64: with a momentum next to 1, sums
 * in f32 would stop short of their limit, gradient / (1 − momentum).
 */
export function momentumStep(count: usize, weights: usize, gradient: usize, velocity: usize, rate: f32, momentum: f64): void {
  for (let i: usize = 0; i < count * 4; i += 4) {
    const v = momentum * load<f64>(velocity + 2 * i) + <f64>load<f32>(gradient + i)
    store<f64>(velocity + 2 * i, v)
    store<f32>(weights + i, load<f32>(weights + i) - rate * <f32>v)
  }
}

/** Two f32 numbers as f64. */
// @ts-ignore: decorator
@inline
function pairAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at))
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1): `rate` = α / (1 − β1^t), `correction` = 1 / (1 − β2^t). Weights and gradient are
 * f32, the rest f64: 1 − β of a rounded β is off by 6e-6, and running means in f32 stop as far from their limit.
 * Arrays are padded to a whole vector.
 */
export function adamStep(
  count: usize, weights: usize, gradient: usize, first: usize, second: usize,
  rate: f64, beta1: f64, beta2: f64, correction: f64, epsilon: f64,
): void {
  const b1 = v128.splat<f64>(beta1), c1 = v128.splat<f64>(1 - beta1)
  const b2 = v128.splat<f64>(beta2), c2 = v128.splat<f64>(1 - beta2)
  const eta = v128.splat<f64>(-rate), fix = v128.splat<f64>(correction), eps = v128.splat<f64>(epsilon)
  for (let i: usize = 0; i < count * 4; i += 8) {
    const g = pairAt(gradient + i)
    const m = madd<f64>(b1, v128.load(first + 2 * i), v128.mul<f64>(c1, g))
    const v = madd<f64>(b2, v128.load(second + 2 * i), v128.mul<f64>(c2, v128.mul<f64>(g, g)))
    v128.store(first + 2 * i, m)
    v128.store(second + 2 * i, v)
    const root = v128.add<f64>(v128.sqrt<f64>(v128.mul<f64>(fix, v)), eps)
    const weight = madd<f64>(eta, v128.div<f64>(m, root), pairAt(weights + i))
    v128.store64_lane(weights + i, v128.demote_zero<f64>(weight), 0)
  }
}
