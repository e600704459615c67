import { describe, expect, it } from 'vitest'
import { blockChain, constantChain, degreeProductChain, sampleMasks } from '../../../src/graphon/sample/sample.js'
import { density } from '../../../src/network/mask.js'

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

  it('keeps exactly the expected number of weights when asked to, in the right places', () => {
    const chain = blockChain(shape, { blocks: 2, within: 0.7, between: 0.1 })
    const counts = [0, 0]
    for (let seed = 0; seed < 20; seed++) {
      const masks = sampleMasks(chain, [30, 33], seed, { fixedDensity: true })
      expect(masks.map(({ kept }) => kept)).toEqual([48, 396, 26])
      masks[1].data.forEach((value, k) => {
        const within = Math.floor(k / 30) < 16.5 === k % 30 < 15
        counts[within ? 0 : 1] += value
      })
    }
    // 20 draws of 495 entries of either kind; the middle row of 33 units is in the second half.
    expect(Math.abs(counts[0] / (20 * 495) - 0.7)).toBeLessThan(0.03)
    expect(Math.abs(counts[1] / (20 * 495) - 0.1)).toBeLessThan(0.03)
  })

  it('never flips what is certain', () => {
    const chain = blockChain(shape, { blocks: 2, within: 1, between: 0.5 })
    const [, mask] = sampleMasks(chain, [8, 12], 3, { fixedDensity: true })
    mask.data.forEach((value, k) => {
      if (Math.floor(k / 8) < 6 === k % 8 < 4) expect(value).toBe(1)
    })
    expect(mask.kept).toBe(72)
  })

  it('refuses a wrong number of widths', () => {
    expect(() => sampleMasks(constantChain(shape, 0.5), [9], 1)).toThrow(/2 positive integer widths, got 9/)
  })
})
