// Dual activations by integration, sharing nothing with the closed forms.

import type { Activation } from '../../src/network/activation.js'
import { formOf, negativeSlope } from '../../src/network/activation.js'
import { erf } from '../../src/network/erf.js'

export interface Duals {
  readonly g: number
  readonly gDot: number
}

/** Nodes and weights of Gauss–Legendre quadrature on [−1, 1], by Newton's method on the Legendre polynomial. */
function gaussLegendre(n: number): readonly [number, number][] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 1
    for (let step = 0; step < 50; step++) {
      let [previous, current] = [1, x]
      for (let k = 2; k <= n; k++) [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k]
      slope = (n * (x * current - previous)) / (x * x - 1)
      x -= current / slope
    }
    return [x, 2 / ((1 - x * x) * slope * slope)]
  })
}

const rule = gaussLegendre(24)

/**
 * A positively homogeneous φ in polar coordinates: with z = √q r cos α and z' = √q' r cos(α − θ), E r² = 2, the radius
 * integrates out and the angle is a smooth integral between the kinks α = ±π/2 and θ ± π/2.
 */
function angular(activation: Activation, q: number, q2: number, theta: number): Duals {
  const { value, derivative } = formOf(activation)
  const kinks = [-Math.PI / 2, Math.PI / 2, theta - Math.PI / 2, theta + Math.PI / 2, (3 * Math.PI) / 2].sort(
    (a, b) => a - b,
  )
  let g = 0
  let gDot = 0
  for (let s = 0; s + 1 < kinks.length; s++) {
    const [from, to] = [kinks[s], kinks[s + 1]]
    for (const [x, w] of rule) {
      const alpha = (from + to) / 2 + ((to - from) / 2) * x
      const weight = (w * (to - from)) / 2 / (2 * Math.PI)
      g += 2 * weight * value(Math.sqrt(q) * Math.cos(alpha)) * value(Math.sqrt(q2) * Math.cos(alpha - theta))
      gDot += weight * derivative(Math.cos(alpha)) * derivative(Math.cos(alpha - theta))
    }
  }
  return { g, gDot }
}

/** erf by the trapezoid rule on z after z' given z is integrated out: E erf(m + s·N) = erf(m / √(1 + 2s²)). */
function trapezoid(q: number, q2: number, k: number): Duals {
  const step = 1 / 64
  const rest = q > 0 ? Math.max(0, q2 - (k * k) / q) : q2
  const spread = 1 + 2 * rest
  let g = 0
  let gDot = 0
  for (let t = -12; t <= 12; t += step) {
    const weight = (step * Math.exp((-t * t) / 2)) / Math.sqrt(2 * Math.PI)
    const z = Math.sqrt(q) * t
    const mean = q > 0 ? (k / q) * z : 0
    g += weight * erf(z) * erf(mean / Math.sqrt(spread))
    gDot += (weight * (4 / Math.PI) * Math.exp(-z * z - (mean * mean) / spread)) / Math.sqrt(spread)
  }
  return { g, gDot }
}

/** Where pieces of an interval end: at places, and by doubling distances from them, as nothing changes faster than there. */
function piecesOf(low: number, high: number, places: readonly (readonly [at: number, width: number])[]): number[] {
  const edges = places.flatMap(([at, width]) => {
    const distances: number[] = [0]
    for (let distance = width; distance < high - low; distance *= 2) distances.push(distance, -distance)
    return distances.map((distance) => at + distance)
  })
  return [low, ...edges.filter((edge) => edge > low && edge < high), high].sort((a, b) => a - b)
}

/**
 * Any φ, by Gauss–Legendre quadrature in two dimensions: z first, then z' given z. Pieces end where φ or its derivative
 * bends, and widths double from there on.
 */
function general(activation: Activation, q: number, q2: number, theta: number): Duals {
  const { value, derivative, kinks = [0] } = formOf(activation)
  const [s, s2] = [Math.sqrt(q), Math.sqrt(q2)]
  const [rho, spread] = [Math.cos(theta), Math.sin(theta)]
  const reach = 11
  const places = [...new Set([...kinks, 0])]
  const rest = Math.max(spread * s2, 1e-9)
  const outer = piecesOf(-reach, reach, [
    [0, 1],
    ...places.map((at) => [at / s, Math.min(1, 1 / s)] as const),
    ...places.filter((at) => Math.abs(at) < reach * s2).map((at) => [at / (s2 * rho), Math.min(1, rest / s2)] as const),
  ])
  let [g, gDot] = [0, 0]
  const over = (edges: readonly number[], visit: (x: number, weight: number) => void): void => {
    for (let e = 0; e + 1 < edges.length; e++) {
      const half = (edges[e + 1] - edges[e]) / 2
      if (!(half > 1e-13)) continue
      for (const [node, w] of rule) {
        const x = edges[e] + half * (1 + node)
        visit(x, (w * half * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI))
      }
    }
  }
  over(outer, (x, weight) => {
    const [phi, slope] = [value(s * x), derivative(s * x)]
    const mean = s2 * rho * x
    let [inner, innerDot] = [0, 0]
    if (spread < 1e-7) {
      ;[inner, innerDot] = [value(mean), derivative(mean)]
    } else {
      const near = places.map((at) => [(at - mean) / rest, Math.min(1, 1 / rest)] as const)
      over(piecesOf(-reach, reach, [[0, 1], ...near]), (y, w) => {
        inner += w * value(mean + rest * y)
        innerDot += w * derivative(mean + rest * y)
      })
    }
    g += weight * phi * inner
    gDot += weight * slope * innerDot
  })
  return { g, gDot }
}

/** Duals of two inputs at correlation angle θ ∈ [0, π], θ = 0 for an input with itself. */
export function quadratureDual(activation: Activation, q: number, q2: number, theta: number): Duals {
  if (activation.name === 'erf') return trapezoid(q, q2, Math.sqrt(q * q2) * Math.cos(theta))
  return negativeSlope(activation) === undefined ? general(activation, q, q2, theta) : angular(activation, q, q2, theta)
}
