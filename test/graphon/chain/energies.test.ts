import { describe, expect, it } from 'vitest'
import { weightEnergies } from '../../../src/graphon/chain/energies.js'
import { createMask } from '../../../src/network/mask.js'
import { weightScale, type Network, type NetworkSpec } from '../../../src/network/network.js'
import { randomStream } from '../../../src/random/random.js'
import { largestDifference } from '../support.js'

const sizes = [40, 30, 20]

function spec(parameterization: NetworkSpec['parameterization']): NetworkSpec {
  return { sizes, activation: { name: 'relu' }, parameterization, sigmaW2: [1, 2], sigmaB2: 0 }
}

/** One function stored in two ways: standard weights are the effective weights of the ntk ones. */
function pair(): [Network, Network] {
  const [ntk, standard] = [spec('ntk'), spec('standard')]
  const layers = [0, 1].map((index) => {
    const random = randomStream(3, index)
    const count = sizes[index] * sizes[index + 1]
    const mask = createMask(
      sizes[index + 1],
      sizes[index],
      Uint8Array.from({ length: count }, () => random.below(2)),
    )
    return { mask, weight: Float64Array.from({ length: count }, () => random.normal()) }
  })
  const effective = layers.map(({ mask, weight }, i) => ({ mask, weight: weight.map((w) => w * weightScale(ntk, i)) }))
  return [
    { spec: ntk, layers },
    { spec: standard, layers: effective },
  ]
}

describe('weightEnergies', () => {
  it('is M·w² for standard normal weights, mean 1 among survivors, however the network is stored', () => {
    const [ntk, standard] = pair()
    const energies = weightEnergies(ntk)
    weightEnergies(standard).forEach((m, i) => expect(largestDifference(m.data, energies[i].data)).toBeLessThan(1e-13))
    energies.forEach(({ rows, cols, data }, i) => {
      const { mask, weight } = ntk.layers[i]
      expect([rows, cols]).toEqual([mask.rows, mask.cols])
      expect([...data]).toEqual([...weight].map((w, k) => mask.data[k] * w * w))
      // Var w² = 2.
      const mean = data.reduce((a, b) => a + b, 0) / mask.kept
      expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(2 / mask.kept))
    })
  })

  it('ignores pruned weights but refuses a surviving one that is not finite', () => {
    const mask = createMask(1, 2, Uint8Array.of(0, 1))
    const network = (weight: number[]): Network => ({
      spec: { ...spec('ntk'), sizes: [2, 1], sigmaW2: [1] },
      layers: [{ mask, weight: Float64Array.from(weight) }],
    })
    expect([...weightEnergies(network([NaN, 2]))[0].data]).toEqual([0, 4])
    expect(() => weightEnergies(network([1, NaN]))).toThrow(/NaN at row 0, column 1 of matrix 1/)
    expect(() => weightEnergies(network([1, 1e200]))).toThrow(RangeError)
    expect(() => weightEnergies(network([1]))).toThrow(/2 weights/)
  })

  it('refuses σ_w² = 0 where it would divide by it', () => {
    const [, standard] = pair()
    expect(() => weightEnergies({ ...standard, spec: { ...standard.spec, sigmaW2: [1, 0] } })).toThrow(/positive σ_w²/)
  })
})
