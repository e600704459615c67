import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import type { Activation } from '../../src/network/activation.js'
import { createMask } from '../../src/network/mask.js'
import { defaultSigmaW2, type Layer, type Network, type Parameterization } from '../../src/network/network.js'
import { randomStream } from '../../src/random/random.js'

export interface RandomNetwork {
  readonly sizes: readonly number[]
  readonly activation: Activation
  readonly density: number
  readonly seed: number
  readonly parameterization?: Parameterization
  readonly bias?: boolean
}

/** A network with Bernoulli masks and normal weights, pruned weights included. */
export function randomNetwork(options: RandomNetwork): Network {
  const { sizes, activation, density, seed, parameterization = 'ntk', bias = false } = options
  const random = randomStream(seed, 'network')
  const layers = sizes.slice(1).map((rows, l): Layer => {
    const count = rows * sizes[l]
    const mask = createMask(
      rows,
      sizes[l],
      Uint8Array.from({ length: count }, () => (random.uniform() < density ? 1 : 0)),
    )
    const weight = Float64Array.from({ length: count }, () => random.normal())
    return bias ? { weight, mask, bias: Float64Array.from({ length: rows }, () => random.normal()) } : { weight, mask }
  })
  const sigmaW2 = defaultSigmaW2(activation, layers.length)
  return { spec: { sizes, activation, parameterization, sigmaW2, sigmaB2: bias ? 0.4 : 0 }, layers }
}

/**
 * A finite network drawn from a chain: hidden layer l has `width` units spread over its bins by measure, a weight
 * survives with probability W, and a surviving weight is normal with variance V/W.
 */
export function networkOfChain(chain: GraphonChain, width: number, activation: Activation, seed: number): Network {
  const random = randomStream(seed, 'chain-network')
  const { W, V = W, measures } = chain
  const hidden = measures.map((measure) => {
    const ends = measure.map((_, k) => measure.subarray(0, k + 1).reduce((a, b) => a + b, 0))
    return Array.from({ length: width }, (_, i) =>
      Math.max(
        0,
        ends.findIndex((end) => (i + 0.5) / width < end),
      ),
    )
  })
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
  const positions = [range(W[0].cols), ...hidden, range(W[W.length - 1].rows)]
  const layers = W.map((m, l): Layer => {
    const [ins, outs] = [positions[l], positions[l + 1]]
    const data = new Uint8Array(ins.length * outs.length)
    const weight = new Float64Array(data.length)
    outs.forEach((u, i) =>
      ins.forEach((v, j) => {
        const [density, energy] = [m.data[u * m.cols + v], V[l].data[u * m.cols + v]]
        const at = i * ins.length + j
        data[at] = random.uniform() < density ? 1 : 0
        weight[at] = data[at] === 1 ? Math.sqrt(energy / density) * random.normal() : 0
      }),
    )
    return { weight, mask: createMask(outs.length, ins.length, data) }
  })
  const sizes = positions.map((p) => p.length)
  const sigmaW2 = defaultSigmaW2(activation, layers.length)
  return { spec: { sizes, activation, parameterization: 'ntk', sigmaW2, sigmaB2: 0 }, layers }
}
