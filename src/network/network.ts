import { definitionOf, type Activation } from './activation.js'
import type { Mask } from './mask.js'

/**
 * How stored weights enter the network.
 * `ntk`: z = (σ_w / √n_in)(M ∘ w) a + σ_b b. `standard`: z = (M ∘ W) a + b, as in PyTorch.
 */
export type Parameterization = 'ntk' | 'standard'

export const parameterizations = ['ntk', 'standard'] as const satisfies readonly Parameterization[]

/** A fully connected network f = z^{L+1}; `sizes` = [d, n_1, …, n_L, C]. */
export interface NetworkSpec {
  readonly sizes: readonly number[]
  readonly activation: Activation
  readonly parameterization: Parameterization
  /** σ_w² of each of the L + 1 weight matrices. */
  readonly sigmaW2: readonly number[]
  readonly sigmaB2: number
}

/** One weight matrix, shape [out, in] row-major, with its mask; `layers[i]` holds matrix l = i + 1. */
export interface Layer {
  readonly weight: Float64Array
  readonly mask: Mask
  /** `[out]`; absent means no bias. Biases are never pruned. */
  readonly bias?: Float64Array
}

export interface Network {
  readonly spec: NetworkSpec
  readonly layers: readonly Layer[]
}

/**
 * Default σ_w² per matrix: 1, 2, …, 2, 1 for ReLU, else 1 everywhere.
 *
 * @example
 * import { defaultSigmaW2 } from 'limn'
 *
 * console.log(defaultSigmaW2({ name: 'relu' }, 4), defaultSigmaW2({ name: 'erf' }, 2)) // [ 1, 2, 2, 1 ] [ 1, 1 ]
 */
export function defaultSigmaW2(activation: Activation, matrices: number): number[] {
  const inner = definitionOf(activation).innerSigmaW2 ?? 1
  return Array.from({ length: matrices }, (_, i) => (i === 0 || i === matrices - 1 ? 1 : inner))
}

/** The factor between stored and effective weights of matrix `index`: σ_w / √n_in, or 1 in standard parameterisation. */
export function weightScale(spec: NetworkSpec, index: number): number {
  return spec.parameterization === 'ntk' ? Math.sqrt(spec.sigmaW2[index] / spec.sizes[index]) : 1
}

/** The factor between stored and effective biases: σ_b, or 1 in standard parameterisation. */
export function biasScale(spec: NetworkSpec): number {
  return spec.parameterization === 'ntk' ? Math.sqrt(spec.sigmaB2) : 1
}
