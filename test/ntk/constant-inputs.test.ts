import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { mergeConstantInputs } from '../../src/ntk/constant-inputs.js'
import { factorFirstLayer } from '../../src/ntk/first-layer.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { normalSamples, randomChain, relativeError } from './chains.js'

describe('inputs that do not vary', () => {
  const [n, d] = [9, 20]
  const margin = (value: number) => {
    const x = normalSamples(n, d, 3)
    for (let i = 0; i < n; i++) for (const j of [0, 1, 7, 19]) x.data[i * d + j] = j === 1 ? 0 : value * (j + 1)
    return x
  }
  const chain = randomChain({ d, bins: [5, 4], classes: 3, seed: 2 })

  it.each([0, -0.4, 1e-170, 1e150])('are one coordinate with the same weighted Grams, value %f', (value) => {
    const x = margin(value)
    const layer = { propagate: chain.W[0], own: chain.W[0] }
    const first = factorFirstLayer(layer, 0)
    const merged = mergeConstantInputs(x, first)
    expect(merged.live.length).toBe(value === 0 ? d - 4 : d - 3)
    for (let b = 0; b < 5; b++) {
      const gram = (live: Int32Array, weights: Float64Array) => {
        let sum = 0
        live.forEach((j, p) => (sum += weights[p] * x.data[j] * x.data[d + j]))
        return sum
      }
      const row = ({ weights: { cols, data } }: typeof first) => data.subarray(b * cols, (b + 1) * cols)
      const expected = gram(first.live, row(first))
      expect(Math.abs(gram(merged.live, row(merged)) - expected)).toBeLessThanOrEqual(
        1e-14 * Math.abs(expected) + 1e-13,
      )
    }
  })

  it('leave the kernels as they are', () => {
    const x = margin(-0.4)
    const split = matrix(
      n,
      d,
      x.data.map((v, k) => (k < d && [0, 7, 19].includes(k) ? v * (1 + 1e-15) : v)),
    )
    const [a, b] = [x, split].map((samples) => graphonNtk(chain, samples))
    expect(relativeError(a.ntk.data, b.ntk.data)).toBeLessThan(1e-13)
    expect(relativeError(a.nngp.data, b.nngp.data)).toBeLessThan(1e-13)
  })

  it('are left alone where there is nothing to merge', () => {
    const first = factorFirstLayer({ propagate: chain.W[0], own: chain.W[0] }, 0)
    expect(mergeConstantInputs(normalSamples(n, d, 3), first)).toBe(first)
  })

  it('are all inputs of a single sample', () => {
    const x = normalSamples(1, d, 3)
    const twice = matrix(2, d, Float64Array.of(...x.data, ...normalSamples(1, d, 4).data))
    const one = graphonNtk(chain, x).ntk.data
    const two = graphonNtk(chain, twice).ntk.data
    for (let c = 0; c < 3; c++) expect(Math.abs(one[c] / two[c * 4] - 1)).toBeLessThan(1e-13)
  })
})
