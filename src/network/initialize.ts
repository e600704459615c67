import { randomStream, type RandomStream } from '../random/random.js'
import { createNetwork } from './create.js'
import { denseMask } from './mask.js'
import type { Layer, Network, NetworkSpec } from './network.js'
import { NumbersError } from '../numbers-error.js'

export { createNetwork, createSpec, type SpecOptions } from './create.js'

/** How the entries of a fresh network are drawn. `uniform` exists in the standard parameterisation only. */
export const initializationSchemes = ['normal', 'uniform'] as const

export type InitializationScheme = (typeof initializationSchemes)[number]

function drawn(length: number, draw: () => number): Float64Array {
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = Math.fround(draw())
  return values
}

function initialLayer(spec: NetworkSpec, index: number, scheme: InitializationScheme, random: RandomStream): Layer {
  const cols = spec.sizes[index]
  const rows = spec.sizes[index + 1]
  const mask = denseMask(rows, cols)
  if (scheme === 'uniform') {
    const bound = 1 / Math.sqrt(cols)
    const draw = () => bound * (2 * random.uniform() - 1)
    return { weight: drawn(rows * cols, draw), mask, bias: drawn(rows, draw) }
  }
  const ntk = spec.parameterization === 'ntk'
  const weightDeviation = ntk ? 1 : Math.sqrt(spec.sigmaW2[index] / cols)
  const biasDeviation = ntk ? 1 : Math.sqrt(spec.sigmaB2)
  const weight = drawn(rows * cols, () => weightDeviation * random.normal())
  return spec.sigmaB2 > 0
    ? { weight, mask, bias: drawn(rows, () => biasDeviation * random.normal()) }
    : { weight, mask }
}

/**
 * A freshly drawn dense network. Every draw is rounded to float32, so that an F32 file holds it exactly; layer i draws
 * from its own stream, so that widening one layer leaves the others' draws alone.
 *
 * - `ntk`: w, b ~ N(0, 1), biases only when σ_b² > 0.
 * - `standard`, `normal`: W ~ N(0, σ_w² / n_in) (LeCun 1998 for σ_w² = 1, He et al. 2015 for 2), b ~ N(0, σ_b²) when σ_b² > 0.
 * - `standard`, `uniform`: W and b ~ U(±1/√n_in), PyTorch's default for `nn.Linear`; always with biases.
 *
 * @param seed integer
 * @throws RangeError when the seed is not an integer, or `uniform` is asked for in the NTK parameterisation
 *
 * @example
 * import { createSpec, initialize } from 'limn'
 *
 * const { layers } = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * console.log(layers.map(({ weight }) => weight.length)) // [ 32, 16 ]
 */
export function initialize(spec: NetworkSpec, seed: number, scheme: InitializationScheme = 'normal'): Network {
  if (scheme === 'uniform' && spec.parameterization !== 'standard') {
    throw new NumbersError(
      `initialize: expected parameterization 'standard' for the uniform scheme, got '${spec.parameterization}'`,
    )
  }
  const layers = spec.sizes.slice(1).map((_, i) => initialLayer(spec, i, scheme, randomStream(seed, 'init', i)))
  return createNetwork(spec, layers)
}
