import { describe, expect, it } from 'vitest'
import { averageChains } from '../../../src/graphon/chain/average.js'
import { constantChain } from '../../../src/graphon/sample/sample.js'

const shape = { inputs: 3, classes: 2, hidden: [4] }

describe('averageChains', () => {
  it('has the mean and the sample standard deviation of every entry', () => {
    const average = averageChains([0.1, 0.2, 0.6].map((c) => constantChain(shape, c)))
    for (const m of average.W) for (const value of m.data) expect(value).toBeCloseTo(0.3, 15)
    for (const m of average.sdW) for (const value of m.data) expect(value).toBeCloseTo(Math.sqrt(0.07), 14)
    expect(average.trials).toBe(3)
    expect(average.V).toBeUndefined()
  })

  it('averages energies too, and has no spread for one trial', () => {
    const chain = constantChain(shape, 0.5)
    const average = averageChains([{ ...chain, V: chain.W }])
    expect([...average.V![0].data]).toEqual([...chain.W[0].data])
    expect(new Set([...average.sdW[0].data, ...average.sdV![1].data])).toEqual(new Set([0]))
  })

  it('stays a chain of densities when every trial is dense', () => {
    const dense = constantChain(shape, 1)
    expect(new Set(averageChains(new Array(7).fill(dense)).W[0].data)).toEqual(new Set([1]))
  })

  it('refuses chains that differ in shape, in measures, or in having V', () => {
    const chain = constantChain(shape, 0.5)
    expect(() => averageChains([])).toThrow(/at least one chain/)
    expect(() => averageChains([chain, constantChain({ ...shape, hidden: [5] }, 0.5)])).toThrow(/in trial 1/)
    expect(() => averageChains([chain, { ...chain, V: chain.W }])).toThrow(/V in every chain or in none/)
    const measures = [Float64Array.of(0.1, 0.2, 0.3, 0.4)]
    expect(() => averageChains([chain, { ...chain, measures }])).toThrow(/measures of trial 0/)
  })
})
