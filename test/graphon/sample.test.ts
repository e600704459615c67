import { describe, expect, it } from 'vitest'
import { blockChain, constantChain, degreeProductChain, sampleMasks } from '../../src/graphon/sample.js'
import { density } from '../../src/network/mask.js'

const shape = { inputs: 4, classes: 2, hidden: [4, 6] }

describe('reference chains', () => {
  it('are constant with one density per matrix', () => {
    const { W } = constantChain(shape, [0.1, 0.2, 0.3])
    expect(W.map(({ data }) => [...new Set(data)])).toEqual([[0.1], [0.2], [0.3]])
  })

  it('have blocks along the diagonal', () => {
    const { W } = blockChain(shape, { blocks: 2, within: 1, between: 0 })
    expect([...W[2].data]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1])
  })

  it('have the density asked for and rows that get poorer', () => {
    const { W } = degreeProductChain(shape, { density: 0.2, slope: 2 })
    for (const { data } of W) expect(data.reduce((a, b) => a + b, 0) / data.length).toBeCloseTo(0.2, 14)
    expect(W[1].data[0]).toBeGreaterThan(W[1].data.at(-1)!)
    expect(() => degreeProductChain(shape, { density: 0.9, slope: 2 })).toThrow(/density in \[0, 1\]/)
    expect(() => degreeProductChain(shape, { density: 0.2, slope: NaN })).toThrow(RangeError)
    expect(() => constantChain(shape, 1.5)).toThrow(RangeError)
  })
})

describe('sampleMasks', () => {
  it('draws each entry with the probability of its bin', () => {
    const chain = blockChain(shape, { blocks: 2, within: 0.7, between: 0.1 })
    const masks = sampleMasks(chain, [100, 200], 5)
    expect(masks.map(({ rows, cols }) => [rows, cols])).toEqual([
      [100, 4],
      [200, 100],
      [2, 200],
    ])
    const quarter = (top: boolean, left: boolean) =>
      masks[1].data.reduce((sum, value, k) => sum + (k < 10_000 === top && k % 100 < 50 === left ? value : 0), 0) / 5000
    for (const top of [true, false]) {
      for (const left of [true, false]) {
        const p = top === left ? 0.7 : 0.1
        expect(Math.abs(quarter(top, left) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 5000))
      }
    }
  })

  it('is certain at densities 0 and 1, and the same for the same seed', () => {
    expect(sampleMasks(constantChain(shape, [1, 0, 1]), [9, 9], 1).map(density)).toEqual([1, 0, 1])
    const chain = constantChain(shape, 0.5)
    expect(sampleMasks(chain, [9, 9], 1)).toEqual(sampleMasks(chain, [9, 9], 1))
    expect(sampleMasks(chain, [9, 9], 1)).not.toEqual(sampleMasks(chain, [9, 9], 2))
  })

  it('refuses a wrong number of widths', () => {
    expect(() => sampleMasks(constantChain(shape, 0.5), [9], 1)).toThrow(/2 positive integer widths, got 9/)
  })
})
