import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import type { Matrix } from '../../src/linalg/matrix.js'
import { parseActivation, type Activation } from '../../src/network/activation.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { graphonNtk, type GraphonNtkOptions } from '../../src/ntk/graphon-ntk.js'
import { normalSamples, randomChain } from './chains.js'
import { networkOfChain } from './networks.js'

/** Mean of Θ over networks drawn from a chain and its standard error, entry by entry over the upper triangle. */
function sampledNtk(chain: GraphonChain, x: Matrix, activation: Activation, width: number, networks: number) {
  const n = x.rows
  const draws = Array.from({ length: networks }, (_, seed) =>
    empiricalNtk(networkOfChain(chain, width, activation, seed), x),
  )
  const entries: { mean: number; error: number; at: number }[] = []
  for (let at = 0; at < draws[0].data.length; at++) {
    if (at % n < Math.floor(at / n) % n) continue
    const values = draws.map(({ data }) => data[at])
    const mean = values.reduce((a, b) => a + b, 0) / networks
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (networks - 1)
    entries.push({ mean, error: Math.sqrt(variance / networks), at })
  }
  return entries
}

describe('the Graphon NTK is the mean of masked finite networks', () => {
  const x = normalSamples(4, 6, 1)
  /** A multiple of every measure's denominator, so that bins hold whole units. */
  const width = 240

  it.each([
    ['re-drawn weights', 'relu', false],
    ['weights with energies', 'relu', true],
    ['erf', 'erf', true],
    ['leaky ReLU', 'leaky-relu:0.3', true],
  ])('within the confidence interval: %s', (_, name, energies) => {
    const activation = parseActivation(name)
    const drawn = randomChain({ d: 6, bins: [2, 3], classes: 2, seed: 2, energies, denseFirst: true })
    const chain = { ...drawn, measures: [Float64Array.of(0.25, 0.75), Float64Array.of(0.2, 0.3, 0.5)] }
    const { ntk } = graphonNtk(chain, x, { activation })
    const largest = Math.max(...ntk.data)
    for (const { mean, error, at } of sampledNtk(chain, x, activation, width, 150)) {
      // 4.5 standard errors over 80 entries, and a finite-width bias of order 1/width.
      expect(Math.abs(mean - ntk.data[at])).toBeLessThan(4.5 * error + largest / width)
      expect(error).toBeLessThan(0.03 * largest)
    }
  })

  it('and not that of other masks or energies', () => {
    const activation = parseActivation('relu')
    const drawn = randomChain({ d: 6, bins: [2, 3], classes: 2, seed: 2, energies: true, denseFirst: true })
    const chain = { ...drawn, measures: [Float64Array.of(0.25, 0.75), Float64Array.of(0.2, 0.3, 0.5)] }
    const sampled = sampledNtk(chain, x, activation, width, 40)
    const outside = (options: GraphonNtkOptions): number => {
      const { ntk } = graphonNtk(chain, x, options)
      const largest = Math.max(...ntk.data)
      return sampled.filter(({ mean, error, at }) => Math.abs(mean - ntk.data[at]) > 4.5 * error + largest / width)
        .length
    }
    expect(outside({})).toBe(0)
    expect(outside({ weights: 'redrawn' })).toBeGreaterThan(0)
    expect(outside({ convention: 'variance' })).toBeGreaterThan(0)
  })
})
