import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../../src/graphon/chain/chain.js'
import { drawNetwork } from '../../../src/graphon/sample/draw-network.js'
import { weightEnergies } from '../../../src/graphon/chain/energies.js'
import { sampleMasks } from '../../../src/graphon/sample/sample.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { networkContext, type NetworkContext } from '../../../src/network/context.js'
import { applyMasks } from '../../../src/prune/prune.js'

const W = [matrix(2, 1, Float64Array.of(0.5, 1)), matrix(1, 2, Float64Array.of(0.4, 0))]
const V = [matrix(2, 1, Float64Array.of(2, 0.25)), matrix(1, 2, Float64Array.of(1.2, 0))]
const measures = [Float64Array.of(0.25, 0.75)]
const base: NetworkContext = {
  activation: { name: 'erf' },
  parameterization: 'ntk',
  sigmaW2: [1.5, 3],
  sigmaB2: 0.4,
  biases: [true, true],
  biasEnergies: [1.7, 0.4],
}
const networks: NetworkContext[] = [base, { ...base, parameterization: 'standard' }]
const width = 40_000
const sizes = [1, width, 1]

/** Means of the energies over the bins of the hidden layer, matrix by matrix. */
function energiesOf(chain: GraphonChain, weights: 'kept' | 'redrawn'): number[][] {
  const network = applyMasks(drawNetwork(chain, sizes, 3, { weights }), sampleMasks(chain, [width], 3))
  return weightEnergies(network).map(({ data }) =>
    [data.subarray(0, width / 4), data.subarray(width / 4)].map((bin) => bin.reduce((a, b) => a + b, 0) / bin.length),
  )
}

describe('a network that is drawn from a chain', () => {
  it.each(networks)(
    'has the chain’s energies in every bin, or those of a new network: $parameterization',
    (network) => {
      const chain = { W, V, measures, network }
      for (const [weights, expected] of [['kept', V] as const, ['redrawn', W] as const]) {
        energiesOf(chain, weights).forEach((bins, l) =>
          bins.forEach((mean, k) => {
            // Σ M w² of variance 3V²/W − V² over 10⁴ entries and more.
            const [w, v] = [W[l].data[k], expected[l].data[k]]
            const error = w === 0 ? 0 : Math.sqrt((v * v * (3 / w - 1)) / (width / 4))
            expect(Math.abs(mean - v)).toBeLessThanOrEqual(5 * error)
          }),
        )
      }
      // The hidden layer's biases; the output has but one.
      const { spec, layers } = drawNetwork(chain, sizes, 3)
      expect(spec).toMatchObject({ activation: base.activation, sigmaW2: base.sigmaW2, sigmaB2: 0.4 })
      expect(Math.abs(networkContext({ spec, layers }).biasEnergies![0] / 1.7 - 1)).toBeLessThan(
        5 * Math.sqrt(2 / width),
      )
      const anew = networkContext(drawNetwork(chain, sizes, 3, { weights: 'redrawn' })).biasEnergies!
      expect(Math.abs(anew[0] / 0.4 - 1)).toBeLessThan(5 * Math.sqrt(2 / width))
    },
  )

  it('has the same effective weights in either parameterisation, to the rounding of float32', () => {
    const [ntk, standard] = networks.map((network) => drawNetwork({ W, V, measures, network }, sizes, 5).layers)
    for (const l of [0, 1]) {
      const scale = Math.sqrt(base.sigmaW2[l] / sizes[l])
      standard[l].weight.forEach((w, k) => {
        if (Math.abs(w - scale * ntk[l].weight[k]) > 2 ** -22 * Math.abs(w)) throw new Error(`weight ${k} of ${l}`)
      })
      standard[l].bias!.forEach((b, k) =>
        expect(Math.abs(b - Math.sqrt(0.4) * ntk[l].bias![k])).toBeLessThan(1e-6 * Math.abs(b) + 1e-12),
      )
    }
  })

  it('has no biases where the chain’s network has none, and another activation when asked', () => {
    const network = { ...base, biases: [false, true], biasEnergies: [0, 0.4] }
    const { spec, layers } = drawNetwork({ W, measures, network }, [1, 9, 1], 1, { activation: { name: 'relu' } })
    expect(layers.map(({ bias }) => bias?.length)).toEqual([undefined, 1])
    expect(spec.activation).toEqual({ name: 'relu' })
    expect(drawNetwork({ W, measures }, [1, 9, 1], 1).layers.every(({ bias }) => bias === undefined)).toBe(true)
  })
})
