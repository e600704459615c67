import type { Matrix } from '../../linalg/matrix.js'
import type { Activation } from '../../network/activation.js'
import { createNetwork, createSpec, initialize } from '../../network/initialize.js'
import type { Layer, Network } from '../../network/network.js'
import type { GraphonChain } from '../chain/chain.js'
import { type WeightChoice } from '../../network/weight-choice.js'
import { binsOfUnits } from './sample.js'

export interface DrawNetworkOptions {
  /** Default: the chain's, or ReLU. */
  readonly activation?: Activation | undefined
  /**
   * `kept`: where the chain has energies V, a weight has the variance V/W of its bin in units of a weight before pruning, and
   * biases have theirs; `redrawn`: V = W, as a network has weights and biases that are drawn anew. As in graphonNtk. Default `kept`.
   */
  readonly weights?: WeightChoice | undefined
}

/** Deviation of a weight of every bin; without entries in it nothing is known of their energy. */
function deviations(W: Matrix, V: Matrix | undefined, initial: number): Float64Array {
  return W.data.map((density, k) => initial * (V && density > 0 ? Math.sqrt(V.data[k] / density) : 1))
}

/**
 * A dense network of any widths with the activation, parameterisation and variances of a chain's, its weights and biases drawn
 * anew: once masks are drawn too (`sampleMasks`), a finite network whose kernel tends to the chain's. Where the chain's network
 * has biases whose size is not kept, their variance is σ_b², which is 0 in files from PyTorch.
 *
 * @param sizes `[d, n_1, …, n_L, C]`
 * @throws RangeError when sizes are no positive integers, or as many as the chain has
 *
 * @example
 * import { createSpec, drawNetwork, initialize, networkContext, constantChain } from 'limn'
 *
 * const small = initialize(createSpec({ sizes: [3, 8, 2], activation: { name: 'tanh' } }), 1)
 * const chain = { ...constantChain({ inputs: 3, classes: 2, hidden: [4] }, 0.5), network: networkContext(small) }
 * const wide = drawNetwork(chain, [3, 1000, 2], 7)
 * console.log(wide.spec.activation.name, wide.layers[0].weight.length) // tanh 3000
 */
export function drawNetwork(
  chain: GraphonChain,
  sizes: readonly number[],
  seed: number,
  { activation = chain.network?.activation, weights = 'kept' }: DrawNetworkOptions = {},
): Network {
  const { W, V, network } = chain
  const spec = createSpec({
    sizes,
    ...(activation && { activation }),
    ...(network && {
      parameterization: network.parameterization,
      sigmaW2: network.sigmaW2,
      sigmaB2: network.sigmaB2,
    }),
  })
  const kept = weights === 'kept'
  const units = binsOfUnits(chain, sizes.slice(1, -1))
  const layers = initialize({ ...spec, parameterization: 'ntk', sigmaB2: 1 }, seed).layers.map((unit, l): Layer => {
    const { rows, cols } = unit.mask
    const standard = spec.parameterization === 'standard'
    const deviation = deviations(W[l], kept ? V?.[l] : undefined, standard ? Math.sqrt(spec.sigmaW2[l] / cols) : 1)
    const weight = new Float64Array(rows * cols)
    for (let i = 0; i < rows; i++) {
      const bins = units[l + 1][i] * W[l].cols
      for (let j = 0; j < cols; j++) {
        weight[i * cols + j] = Math.fround(unit.weight[i * cols + j] * deviation[bins + units[l][j]])
      }
    }
    if (!(unit.bias && network?.biases[l])) return { weight, mask: unit.mask }
    const variance = (kept ? network.biasEnergies?.[l] : undefined) ?? spec.sigmaB2
    const scale = Math.sqrt(standard ? variance : variance / spec.sigmaB2)
    return { weight, mask: unit.mask, bias: unit.bias.map((b) => Math.fround(scale * b)) }
  })
  return createNetwork(spec, layers)
}
