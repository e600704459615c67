import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeNpz } from '../../src/data/npz.js'
import type { JsonObject } from '../../src/data/npz-meta.js'
import { averageChains } from '../../src/graphon/chain/average.js'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { chainToTensors, decodeChain, encodeChain } from '../../src/graphon/chain/chain-file.js'
import { parseActivation } from '../../src/network/activation.js'
import { networkContext, type NetworkContext } from '../../src/network/context.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { expectFileError } from '../data/helpers.js'
import { randomChain } from '../ntk/chains.js'

const chain = randomChain({ d: 3, bins: [2, 4], classes: 2, seed: 1, energies: true })
const finite = (min: number) => fc.double({ min, max: 1e300, noNaN: true, noDefaultInfinity: true })

const anyContext: fc.Arbitrary<NetworkContext> = fc.record(
  {
    activation: fc.constantFrom('relu', 'erf', 'identity', 'leaky-relu:0.1').map(parseActivation),
    parameterization: fc.constantFrom('ntk', 'standard'),
    sigmaW2: fc.array(finite(1e-300), { minLength: 3, maxLength: 3 }),
    sigmaB2: finite(1e-300),
    biases: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    sizes: fc.constant([3, 20, 40, 2]),
  },
  { requiredKeys: ['activation', 'parameterization', 'sigmaW2', 'sigmaB2', 'biases'] },
)

const written = (meta: JsonObject): GraphonChain => decodeChain(encodeNpz(chainToTensors(chain), meta), 'c.npz')

describe('a chain’s file', () => {
  it('carries the network and how the masks came about, to the last bit', () => {
    fc.assert(
      fc.property(anyContext, (network) => {
        const data = { source: 'mnist', samples: 256, seed: 3, standardized: 'training', fingerprint: 'ab' } as const
        const origin = { method: 'snip', density: 0.1, scope: 'global', seed: 3, data, limn: '1.2.3' }
        const whole: GraphonChain = { ...chain, network, origin }
        expect(decodeChain(encodeChain(whole), 'c.npz')).toEqual(whole)
      }),
      { seed: 5 },
    )
  })

  it('carries how large kept biases are', () => {
    const spec = createSpec({ sizes: [3, 20, 40, 2], parameterization: 'standard' })
    const network = networkContext(initialize(spec, 1, 'uniform'))
    expect(network.biases).toEqual([true, true, true])
    // U(±1/√n): the mean square is 1/(3n).
    network.biasEnergies!.forEach((energy, l) => {
      const expected = 1 / (3 * spec.sizes[l])
      const deviation = (2 * expected) / Math.sqrt(5 * spec.sizes[l + 1])
      expect(Math.abs(energy - expected)).toBeLessThan(5 * deviation)
    })
    expect(decodeChain(encodeChain({ ...chain, network }), 'c.npz').network).toEqual(network)
  })

  it('says nothing where nothing is known, and has defaults for what is left out', () => {
    expect(written({}).network).toBeUndefined()
    expect(written({ method: 'mine' })).toEqual({ ...chain, origin: { method: 'mine' } })
    expect(written({ activation: 'erf', sigma_b2: 0.1 }).network).toEqual({
      activation: { name: 'erf' },
      parameterization: 'ntk',
      sigmaW2: [1, 1, 1],
      sigmaB2: 0.1,
      biases: [true, true, true],
    })
  })

  it.each<[JsonObject, RegExp, string | undefined]>([
    [{ activation: 'softmax' }, /softmax/, undefined],
    [{ activation: 3 }, /expected a text, got 3/, 'meta activation'],
    [{ parameterization: 'mup' }, /ntk, standard, got "mup"/, 'meta parameterization'],
    [{ sigma_w2: [1, 2] }, /expected 3 positive numbers, got \[1, 2\]/, 'meta sigma_w2'],
    [{ sigma_w2: [1, -2, 1] }, /expected 3 positive numbers/, 'meta sigma_w2'],
    [{ sigma_b2: '1' }, /expected a number, got "1"/, 'meta sigma_b2'],
    [{ biases: [true] }, /expected 3 values/, 'meta biases'],
    [{ biases: true }, /sigma_b2 is 0/, 'meta biases'],
    [{ sizes: [3, 5, 5, 4] }, /expected 3 inputs and 2 classes/, 'meta sizes'],
    [{ sizes: [3, 5, 2] }, /expected 4 positive integers/, 'meta sizes'],
    [{ density: 'low' }, /expected a number/, 'meta density'],
    [{ data: { source: 'mnist' } }, /expected source, samples/, 'meta data'],
  ])('is refused with %j', (meta, problem, key) => {
    expectFileError(() => written(meta), 'c.npz', problem, key)
  })

  it('gives the mean of chains of one network only', () => {
    const network = networkContext(initialize(createSpec({ sizes: [3, 20, 40, 2], sigmaB2: 0.5 }), 1))
    const half = { ...network, biasEnergies: network.biasEnergies!.map((energy) => energy / 2) }
    const mean = averageChains([
      { ...chain, network },
      { ...chain, network: half },
    ])
    expect(mean.network).toEqual({
      ...network,
      biasEnergies: network.biasEnergies!.map((energy) => (energy + energy / 2) / 2),
    })
    const other = { ...network, activation: { name: 'erf' } as const }
    expect(() =>
      averageChains([
        { ...chain, network },
        { ...chain, network: other },
      ]),
    ).toThrow(/expected one network/)
  })
})
