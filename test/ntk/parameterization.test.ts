import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { pathDensity } from '../../src/graphon/chain/path-density.js'
import { parseActivation } from '../../src/network/activation.js'
import type { NetworkContext } from '../../src/network/context.js'
import { networkContext } from '../../src/network/context.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { defaultSigmaW2, weightScale, type Network } from '../../src/network/network.js'
import { denseNtk, pathScaledDense } from '../../src/ntk/dense-ntk.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { graphonNtk, graphonNtks, type GraphonNtkOptions } from '../../src/ntk/graphon-ntk.js'
import { randomStream } from '../../src/random/random.js'
import { constantChain, normalSamples, randomChain, relativeError } from './chains.js'
import { networkOfChain } from './networks.js'

const x = normalSamples(5, 6, 1)
const sizes = [6, 30, 50, 2]
const chain = randomChain({ d: 6, bins: [3, 4], classes: 2, seed: 2, energies: true })

const contextOf = (name: string, more: Partial<NetworkContext> = {}): NetworkContext => {
  const activation = parseActivation(name)
  const sigmaW2 = defaultSigmaW2(activation, 3)
  return {
    activation,
    parameterization: 'standard',
    sigmaW2,
    sigmaB2: 0,
    biases: [false, false, false],
    sizes,
    ...more,
  }
}

const theta = (of: GraphonChain, options: GraphonNtkOptions = {}): Float64Array => graphonNtk(of, x, options).ntk.data

/** a + factor · b, entry by entry. */
const plus = (a: Float64Array, b: Float64Array, factor = 1): Float64Array<ArrayBuffer> =>
  a.map((value, k) => value + factor * b[k])

describe('the tangent kernel of the standard parameterisation', () => {
  const variants = [{}, { weights: 'redrawn' }, { convention: 'variance' }, { rescale: 'layer' }] as const

  it.each(variants)('is that of the NTK parameterisation times n/σ_w² where all matrices have one: %j', (options) => {
    const square = randomChain({ d: 6, bins: [3, 4], classes: 2, seed: 3, energies: true })
    const even = { sigmaW2: [2, 2, 2], sizes: [6, 6, 6, 2] }
    const ntk = theta(square, { ...even, ...options })
    // Rescaling is a matter of the initial weights here, so that it divides no derivative.
    const standard = theta(square, { ...even, ...options, parameterization: 'standard' })
    if ('rescale' in options)
      expect(
        relativeError(
          standard,
          ntk.map((value) => 3 * value),
        ),
      ).toBeGreaterThan(0.05)
    else
      expect(
        relativeError(
          standard,
          ntk.map((value) => 3 * value),
        ),
      ).toBeLessThan(1e-14)
  })

  it.each(['relu', 'erf', 'leaky-relu:0.2'])('is the sum of the parts of matrices, each times n/σ_w²: %s', (name) => {
    const network = contextOf(name)
    const standard = { ...chain, network }
    // A part is what doubling a width adds, times σ_w²/n: nothing else of the limit knows widths.
    const parts = [1, 2].map((l) => {
      const wider = { sizes: sizes.map((n, k) => (k === l ? 2 * n : n)) }
      return plus(theta(standard, wider), theta(standard), -1).map((value) => (value * network.sigmaW2[l]) / sizes[l])
    })
    const rest = parts.reduce(
      (sum, part, l) => plus(sum, part, -sizes[l + 1] / network.sigmaW2[l + 1]),
      theta(standard),
    )
    const first = rest.map((value) => (value * network.sigmaW2[0]) / sizes[0])
    const ntk = theta({ ...chain, network: { ...network, parameterization: 'ntk' } })
    expect(
      relativeError(
        parts.reduce((sum, part) => plus(sum, part), first),
        ntk,
      ),
    ).toBeLessThan(1e-12)
    for (const part of [first, ...parts]) expect(Math.max(...part)).toBeGreaterThan(0.01 * Math.max(...ntk))
  })

  it('gives trained biases a part of their own, whatever their size', () => {
    const without = contextOf('erf')
    const zero = { ...without, biases: [true, true, true], biasEnergies: [0, 0, 0] }
    const added = plus(theta({ ...chain, network: zero }), theta({ ...chain, network: without }), -1)
    // Biases of the last matrix add 1 to every entry, those before them what the chain rule lets through.
    const last = { ...without, biases: [false, false, true], biasEnergies: [0, 0, 0] }
    expect(
      relativeError(
        plus(theta({ ...chain, network: last }), theta({ ...chain, network: without }), -1),
        added.map(() => 1),
      ),
    ).toBeLessThan(1e-12)
    for (const value of added) expect(value).toBeGreaterThan(1)
    const large = { ...zero, biasEnergies: [0.5, 0, 0] }
    expect(relativeError(theta({ ...chain, network: large }), theta({ ...chain, network: zero }))).toBeGreaterThan(0.01)
    // Weights and biases that are drawn again have σ_b² = 0.
    const options = { weights: 'redrawn' } as const
    expect(theta({ ...chain, network: large }, options)).toEqual(theta({ ...chain, network: zero }, options))
  })

  it('gives biases to the matrices that have them, whatever σ_b² says of a new network', () => {
    const some = { biases: [false, true, false], biasEnergies: [0, 0.3, 0] }
    const of = (sigmaB2: number) => theta({ ...chain, network: contextOf('erf', { ...some, sigmaB2 }) })
    expect(of(0.8)).toEqual(of(0))
    // Told another σ_b² than the file's, all have biases.
    const all = contextOf('erf', { biases: [true, true, true], biasEnergies: [0.5, 0.5, 0.5] })
    const told = theta({ ...chain, network: contextOf('erf', some) }, { sigmaB2: 0.5 })
    expect(told).toEqual(theta({ ...chain, network: all }))
  })

  it('collapses to the dense kernel times the path density as the other does', () => {
    const flat = randomChain({ d: 6, bins: [3, 4], classes: 2, seed: 7, denseFirst: true })
    const network = contextOf('relu')
    const { perClass } = pathDensity(flat)
    const dense = denseNtk(sizes, x, { parameterization: 'standard' })
    const expected = dense.data.map((value, k) => value * perClass[Math.floor(k / 25)])
    expect(relativeError(theta({ ...flat, network }), expected)).toBeLessThan(1e-13)
    expect(relativeError(pathScaledDense({ ...flat, network }, x).data, expected)).toBeLessThan(1e-13)
    // The product of densities for a constant one.
    const constant = theta({ ...constantChain(0.3, 6, [1, 1], 2), network })
    expect(
      relativeError(
        constant,
        dense.data.map((value) => 0.3 ** 3 * value),
      ),
    ).toBeLessThan(1e-13)
  })

  it('is computed beside kernels of other networks in one pass, each with the bits it has alone', () => {
    const networks = [contextOf('relu'), contextOf('erf'), { ...contextOf('erf'), parameterization: 'ntk' as const }]
    const chains: GraphonChain[] = [chain, ...networks.map((network) => ({ ...chain, network }))]
    const together = graphonNtks(chains, x)
    chains.forEach((each, k) => expect(together[k].ntk.data).toEqual(theta(each)))
    expect(new Set(together.map(({ ntk }) => ntk.data[0])).size).toBe(4)
  })

  it('needs the widths', () => {
    expect(() => theta(chain, { parameterization: 'standard' })).toThrow(/expected sizes .* got none/)
    expect(() => theta(chain, { parameterization: 'standard', sizes: [6, 30, 2] })).toThrow(/expected 4 positive sizes/)
    expect(() => theta(chain, { parameterization: 'standard', sizes: [5, 30, 30, 2] })).toThrow(/from 6 inputs/)
  })
})

describe('the limit in the coordinates of the network', () => {
  const drawn = randomChain({ d: 6, bins: [2, 3], classes: 2, seed: 2, energies: true, denseFirst: true })
  const even = { ...drawn, measures: [Float64Array.of(0.25, 0.75), Float64Array.of(0.2, 0.3, 0.5)] }
  const width = 240
  const biasEnergies = [0.3, 0.1, 0.2]

  /** A finite network of the chain whose stored weights are the effective ones, with biases. */
  function standardNetwork(name: string, seed: number): Network {
    const { spec, layers } = networkOfChain(even, width, parseActivation(name), seed)
    const random = randomStream(seed, 'biases')
    return {
      spec: { ...spec, parameterization: 'standard' },
      layers: layers.map(({ weight, mask }, l) => ({
        mask,
        weight: weight.map((w) => w * weightScale(spec, l)),
        bias: Float64Array.from({ length: mask.rows }, () => Math.sqrt(biasEnergies[l]) * random.normal()),
      })),
    }
  }

  it.each(['relu', 'erf'])(
    'is the mean of finite networks in the standard parameterisation with biases: %s',
    (name) => {
      const networks = 120
      const draws = Array.from({ length: networks }, (_, seed) => empiricalNtk(standardNetwork(name, seed), x).data)
      const network = contextOf(name, { biases: [true, true, true], biasEnergies, sizes: [6, width, width, 2] })
      const limit = theta({ ...even, network })
      const largest = Math.max(...limit)
      limit.forEach((value, at) => {
        const values = draws.map((data) => data[at])
        const mean = values.reduce((a, b) => a + b, 0) / networks
        const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (networks - 1)
        const error = Math.sqrt(variance / networks)
        expect(Math.abs(mean - value)).toBeLessThan(4.5 * error + largest / width)
        expect(error).toBeLessThan(0.03 * largest)
      })
      // Other coordinates give another kernel altogether.
      expect(relativeError(theta({ ...even, network }, { parameterization: 'ntk' }), limit)).toBeGreaterThan(0.5)
      expect(
        relativeError(theta({ ...even, network: { ...network, biasEnergies: [0, 0, 0] } }), limit),
      ).toBeGreaterThan(0.02)
    },
  )

  it('comes closer to networks with PyTorch’s initialisation and biases as they widen, like 1/√n', () => {
    // With few inputs a sum of uniform weights is not normal yet, at any width.
    const inputs = normalSamples(5, 80, 3)
    const square = (values: Float64Array): number => values.reduce((sum, v) => sum + v * v, 0)
    const distance = (n: number, seed: number): number => {
      const network = initialize(createSpec({ sizes: [80, n, n, 2], parameterization: 'standard' }), seed, 'uniform')
      // U(±1/√n) has variance 1/(3n): σ_w² = 1/3.
      const context = { ...networkContext(network), sigmaW2: [1 / 3, 1 / 3, 1 / 3] }
      const limit = graphonNtk({ ...constantChain(1, 80, [1, 1], 2), network: context }, inputs).ntk.data
      return Math.sqrt(square(plus(empiricalNtk(network, inputs).data, limit, -1)) / square(limit))
    }
    const seeds = Array.from({ length: 6 }, (_, seed) => seed)
    const [narrow, wide] = [96, 1536].map((n) => seeds.reduce((sum, seed) => sum + distance(n, seed), 0) / seeds.length)
    expect(wide).toBeLessThan(0.1)
    // Four times the width's root, within what six networks tell.
    expect(narrow / wide).toBeGreaterThan(2.5)
    expect(narrow / wide).toBeLessThan(6)
  })
})
