import type { Activation } from '../network/activation.js'
import { createNetwork, createSpec, initialize } from '../network/initialize.js'
import type { Network } from '../network/network.js'
import type { GraphonChain } from './chain.js'

/**
 * A dense network of any widths with the activation, parameterisation and variances of a chain's, its weights drawn anew. Where
 * the chain's network has biases and σ_b² is 0, as in a file from PyTorch, biases start at 0.
 *
 * @param sizes `[d, n_1, …, n_L, C]`
 * @param activation default: the chain's, or ReLU
 * @throws RangeError when sizes are no positive integers, or as many as the chain has
 */
export function drawNetwork(
  { network }: GraphonChain,
  sizes: readonly number[],
  seed: number,
  activation: Activation | undefined = network?.activation,
): Network {
  const spec = createSpec({
    sizes,
    ...(activation && { activation }),
    ...(network && {
      parameterization: network.parameterization,
      sigmaW2: network.sigmaW2,
      sigmaB2: network.sigmaB2,
    }),
  })
  const drawn = initialize(spec, seed)
  const layers = drawn.layers.map(({ weight, mask, bias }, l) => {
    const start = network?.biases[l] ? (bias ?? new Float64Array(mask.rows)) : bias
    return start ? { weight, mask, bias: start } : { weight, mask }
  })
  return createNetwork(spec, layers)
}
