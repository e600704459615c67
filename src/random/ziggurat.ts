import { portableExp, portableLog } from './elementary.js'

// The ziggurat for the half normal density f(x) = e^(−x²/2) (Marsaglia and Tsang 2000): 256 layers of equal area, the
// lowest of which is a rectangle of width `tailStart` and the tail beyond it. All numbers come from + − × ÷ √ alone.

const layers = 256

/** r: where the tail begins, the solution of f(x_256) = 1 for 256 layers. */
const tailStart = 3.654152885361009
/** v: the area of a layer, r f(r) + ∫_r^∞ f. */
const layerArea = 0.004928673233974655

function density(x: number): number {
  return portableExp(-0.5 * x * x)
}

/** x_0 = v / f(r) > x_1 = r > … > x_256 = 0. Layer i is as wide as x_i and lies below the density up to x_{i+1}. */
export const layerEdges = new Float64Array(layers + 1)
/** x_i / 2^31: the width for one unit of a signed 32-bit integer. */
const widths = new Float64Array(layers)
/** f(x_i) for i ≥ 1. */
const heights = new Float64Array(layers + 1)

layerEdges[0] = layerArea / density(tailStart)
layerEdges[1] = tailStart
for (let i = 1; i < layers; i++) {
  heights[i] = density(layerEdges[i])
  if (i < layers - 1) layerEdges[i + 1] = Math.sqrt(-2 * portableLog(layerArea / layerEdges[i] + heights[i]))
}
heights[layers] = 1
for (let i = 0; i < layers; i++) widths[i] = layerEdges[i] / 2 ** 31

/** Exponential with mean 1. */
export function exponentialFrom(uniform: () => number): number {
  return -portableLog(1 - uniform())
}

/** |z| of a standard normal z, given that it is beyond `tailStart` (Marsaglia 1964). */
function tail(uniform: () => number): number {
  for (;;) {
    const x = exponentialFrom(uniform) / tailStart
    if (2 * exponentialFrom(uniform) >= x * x) return tailStart + x
  }
}

/** A standard normal number from two 32-bit words, in one draw of a hundred from more. */
export function normalFrom(uint32: () => number, uniform: () => number): number {
  for (;;) {
    const word = uint32()
    const layer = word & (layers - 1)
    // Odd multiples of 2^-22 between ±2^31: the rest of the first word as a fraction, half a unit away from zero.
    const x = ((uint32() | 0) + ((word >>> 11) + 0.5) / 2097152) * widths[layer]
    const size = Math.abs(x)
    if (size < layerEdges[layer + 1]) return x
    if (layer === 0) return x < 0 ? -tail(uniform) : tail(uniform)
    const height = heights[layer] + uniform() * (heights[layer + 1] - heights[layer])
    if (height < density(x)) return x
  }
}
