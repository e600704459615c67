// Dual activations by integration, sharing nothing with the closed forms.

import type { Activation } from '../../src/network/activation.js'
import { activationRules, activationSlope } from '../../src/network/activation.js'
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
  const { value, derivative } = activationRules[activation.name]
  const slope = activationSlope(activation)
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
      g +=
        2 *
        weight *
        value(Math.sqrt(q) * Math.cos(alpha), slope) *
        value(Math.sqrt(q2) * Math.cos(alpha - theta), slope)
      gDot += weight * derivative(Math.cos(alpha), slope) * derivative(Math.cos(alpha - theta), slope)
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

/** Duals of two inputs at correlation angle θ ∈ [0, π], θ = 0 for an input with itself. */
export function quadratureDual(activation: Activation, q: number, q2: number, theta: number): Duals {
  if (activation.name === 'erf') return trapezoid(q, q2, Math.sqrt(q * q2) * Math.cos(theta))
  return angular(activation, q, q2, theta)
}
