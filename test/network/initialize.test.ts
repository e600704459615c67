import { describe, expect, it } from 'vitest'
import { createNetwork, createSpec, initialize } from '../../src/network/initialize.js'
import { denseMask } from '../../src/network/mask.js'

const variance = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length

describe('initialize', () => {
  it('draws N(0, 1) in the NTK parameterisation and N(0, σ_w²/n_in) in the standard one', () => {
    const sizes = [300, 400, 200]
    const ntk = initialize(createSpec({ sizes, sigmaB2: 0.5 }), 3)
    const standard = initialize(createSpec({ sizes, parameterization: 'standard', sigmaW2: [2, 1] }), 3)
    // The variance of n squared normals has deviation √(2/n): five deviations.
    ntk.layers.forEach(({ weight }) =>
      expect(Math.abs(variance(weight) - 1)).toBeLessThan(5 * Math.sqrt(2 / weight.length)),
    )
    expect(Math.abs(variance(ntk.layers[0].bias!) - 1)).toBeLessThan(5 * Math.sqrt(2 / 400))
    expect(variance(standard.layers[0].weight) / (2 / 300)).toBeCloseTo(1, 1)
    expect(variance(standard.layers[1].weight) / (1 / 400)).toBeCloseTo(1, 1)
    expect(standard.layers[0].bias).toBeUndefined()
  })

  it('draws U(±1/√n_in) like nn.Linear, of variance 1/(3 n_in)', () => {
    const { layers } = initialize(createSpec({ sizes: [100, 500], parameterization: 'standard' }), 3, 'uniform')
    const bound = Math.fround(0.1)
    expect(layers[0].weight.every((value) => Math.abs(value) <= bound)).toBe(true)
    expect(layers[0].bias!.every((value) => Math.abs(value) <= bound)).toBe(true)
    expect(variance(layers[0].weight) * 300).toBeCloseTo(1, 1)
  })

  it('is exact in float32, repeats with the seed, and leaves a layer alone when another is widened', () => {
    const a = initialize(createSpec({ sizes: [4, 5, 3] }), 7)
    expect(a.layers[0].weight.every((value) => Math.fround(value) === value)).toBe(true)
    expect(initialize(createSpec({ sizes: [4, 5, 3] }), 7)).toEqual(a)
    expect(initialize(createSpec({ sizes: [4, 5, 9] }), 7).layers[0]).toEqual(a.layers[0])
    expect(initialize(createSpec({ sizes: [4, 5, 3] }), 8)).not.toEqual(a)
  })
})

describe('specifications and networks', () => {
  it('take the defaults of their activation', () => {
    expect(createSpec({ sizes: [2, 3, 4, 1] }).sigmaW2).toEqual([1, 2, 1])
    expect(createSpec({ sizes: [2, 3, 4, 1], activation: { name: 'erf' } }).sigmaW2).toEqual([1, 1, 1])
  })

  it.each([
    [{ sizes: [3] }, /two or more/],
    [{ sizes: [3, 0, 2] }, /positive integer/],
    [{ sizes: [3, NaN] }, /positive integer/],
    [{ sizes: [3, 2], sigmaW2: [1, 2] }, /1 positive values/],
    [{ sizes: [3, 2], sigmaW2: [NaN] }, /sigmaW2/],
    [{ sizes: [3, 2], sigmaB2: NaN }, /sigmaB2/],
  ])('refuse %j', (options, message) => {
    expect(() => createSpec(options)).toThrow(message)
  })

  it('name the layer that is wrong', () => {
    const spec = createSpec({ sizes: [2, 2, 1] })
    const good = { weight: new Float64Array(4), mask: denseMask(2, 2) }
    const last = { weight: new Float64Array(2), mask: denseMask(1, 2) }
    expect(createNetwork(spec, [good, last]).layers).toHaveLength(2)
    expect(() => createNetwork(spec, [good])).toThrow(/2 layers/)
    expect(() => createNetwork(spec, [good, good])).toThrow(/layers\.1\.mask: expected 1 × 2/)
    expect(() => createNetwork(spec, [good, { ...last, weight: Float64Array.of(1, NaN) }])).toThrow(
      /layers\.1\.weight.*NaN/,
    )
    expect(() => createNetwork(spec, [{ ...good, bias: new Float64Array(3) }, last])).toThrow(/layers\.0\.bias/)
    expect(() => initialize(spec, 1, 'uniform')).toThrow(/standard/)
  })
})
