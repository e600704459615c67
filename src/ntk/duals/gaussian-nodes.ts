import { gaussLegendre } from '../../linalg/gauss-legendre.js'
import type { ActivationForm } from '../../network/activations/definition.js'

/** Beyond this many deviations nothing that grows like a polynomial adds to an expectation. */
const reach = 13
/** Units of z that φ' may take to change its shape, with 16 nodes. */
const smoothWidth = 2
/** Radians of the fastest Hermite polynomial that 16 nodes resolve. */
const phase = 8

const rule = gaussLegendre(16)

/** Points x with weights that are those of the normal distribution. */
export interface GaussianNodes {
  readonly x: Float64Array
  readonly weight: Float64Array
}

/**
 * A composite Gauss–Legendre rule for E[f(s x)], x ~ N(0, 1), where f is made of φ and Hermite polynomials in x of degree below
 * `degree`: pieces end at the kinks of φ, and are so short that neither φ nor the polynomials outrun their 16 nodes.
 */
export function gaussianNodes({ kinks = [] }: ActivationForm, s: number, degree: number): GaussianNodes {
  const widest = Math.min(1, smoothWidth / s, phase / Math.sqrt(degree + 1))
  const inside = s > 0 ? kinks.map((at) => at / s).filter((at) => Math.abs(at) < reach) : []
  const edges = [-reach, ...inside, ...(inside.includes(0) ? [] : [0]), reach].sort((a, b) => a - b)
  const x: number[] = []
  const weight: number[] = []
  edges.slice(1).forEach((to, e) => {
    const from = edges[e]
    const pieces = Math.ceil((to - from) / widest)
    const half = (to - from) / (2 * pieces)
    for (let piece = 0; piece < pieces; piece++) {
      const middle = from + (2 * piece + 1) * half
      rule.nodes.forEach((node, i) => {
        const at = middle + half * node
        x.push(at)
        weight.push((half * rule.weights[i] * Math.exp((-at * at) / 2)) / Math.sqrt(2 * Math.PI))
      })
    }
  })
  return { x: Float64Array.from(x), weight: Float64Array.from(weight) }
}
