import { describe, expect, it } from 'vitest'
import { randomStream } from '../../src/random/random.js'
import { kernelDistance } from '../../src/ntk/agreement.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { sampleInputRows } from '../../src/ntk/input-rows.js'
import { constantChain, normalSamples, randomChain, relativeError } from './chains.js'
import { networkOfChain } from './networks.js'

describe('sampled rows of the first layer', () => {
  const x = normalSamples(5, 5, 1)

  it('change nothing where the first matrix is dense', () => {
    const chain = randomChain({ d: 5, bins: [2, 3], classes: 2, seed: 2, denseFirst: true, energies: true })
    const sampled = sampleInputRows(chain, 3, randomStream(1))
    expect(relativeError(graphonNtk(sampled, x).ntk.data, graphonNtk(chain, x).ntk.data)).toBeLessThan(1e-13)
  })

  it('keep densities and energies on average', () => {
    const chain = randomChain({ d: 4, bins: [2], classes: 1, seed: 3, energies: true })
    const rows = 4000
    const { W, V } = sampleInputRows(chain, rows, randomStream(2))
    for (const [sampled, source] of [
      [W[0], chain.W[0]],
      [V![0], chain.V![0]],
    ]) {
      for (let j = 0; j < 4; j++) {
        let mean = 0
        for (let u = 0; u < rows; u++) mean += sampled.data[u * 4 + j] / rows
        const largest = source.data[j] / chain.W[0].data[j]
        expect(Math.abs(mean - source.data[j])).toBeLessThan((4 * Math.max(1, largest)) / Math.sqrt(rows))
      }
    }
  })

  it('remove the 1/d bias of the mean mask: wide networks with few inputs agree with them, not with the mean', () => {
    const chain = constantChain(0.5, 5, [1], 1)
    const activation = { name: 'erf' } as const
    const sigmaW2 = [4, 1]
    const draws = Array.from({ length: 12 }, (_, seed) => {
      const network = networkOfChain(chain, 4000, activation, seed)
      return empiricalNtk({ ...network, spec: { ...network.spec, sigmaW2 } }, x).data
    })
    const measured = { classes: 1, n: 5, data: draws[0].map((_, k) => draws.reduce((sum, d) => sum + d[k], 0) / 12) }
    const options = { activation, sigmaW2 }
    const rows = graphonNtk(sampleInputRows(chain, 4000, randomStream(3)), x, options).ntk
    expect(kernelDistance(rows, measured)).toBeLessThan(0.03)
    expect(kernelDistance(graphonNtk(chain, x, options).ntk, measured)).toBeGreaterThan(0.06)
  })

  it('need a hidden layer and a positive number of rows', () => {
    const chain = constantChain(0.5, 3, [1], 1)
    expect(() => sampleInputRows(chain, 0, randomStream(1))).toThrow(/positive integer/)
    expect(() => sampleInputRows(constantChain(0.5, 3, [], 1), 2, randomStream(1))).toThrow(/hidden layer/)
  })
})
