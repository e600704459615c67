import { describe, expect, it } from 'vitest'
import { cutDifference, eigenDifference, maskDifference, relativeDifference } from '../../bench/compare.js'
import { arrays } from './fake.js'

describe('comparing answers', () => {
  it('relative: passes at the tolerance and fails beyond it', () => {
    const compare = relativeDifference(['a'], 0.1)
    expect(compare(arrays({ a: [3, 4.5] }), arrays({ a: [3, 4] }))).toMatchObject({ difference: 0.1, same: true })
    expect(compare(arrays({ a: [3, 4.6] }), arrays({ a: [3, 4] })).same).toBe(false)
  })

  it('relative: the worst of several arrays decides', () => {
    const compare = relativeDifference(['a', 'b'], 0.1)
    expect(compare(arrays({ a: [1], b: [2] }), arrays({ a: [1], b: [1] }))).toMatchObject({
      difference: 1,
      same: false,
    })
  })

  it('relative: what is not a number is never the same', () => {
    expect(relativeDifference(['a'], 1)(arrays({ a: [NaN] }), arrays({ a: [1] })).same).toBe(false)
  })

  it('masks: one weight in four exchanged for another is a quarter', () => {
    const compare = maskDifference(1, 0.2)
    const found = compare(arrays({ mask0: [1, 1, 1, 1, 0, 0] }), arrays({ mask0: [1, 1, 1, 0, 1, 0] }))
    expect(found).toMatchObject({ difference: 0.25, same: false })
  })

  it('eigenvalues: relative to the largest; residuals of both sides count', () => {
    const [a, b] = [arrays({ values: [10, 1], residual: [0] }), arrays({ values: [10, 1.1], residual: [0.5] })]
    expect(eigenDifference(0.02, false)(a, b).difference).toBeCloseTo(0.01, 12)
    expect(eigenDifference(0.02, true)(a, b)).toMatchObject({ difference: 0.5, same: false })
  })

  it('cut norms: a larger cut or a tight bound of limn is right, a smaller cut or a bound below the peer is not', () => {
    const compare = cutDifference(1e-9)
    const limn = arrays({ value: [2, 1], upper: [3, 1], tight: [1.25, 1], tightSeconds: [2] })
    const better = compare(limn, arrays({ value: [1.9, 1], relaxed: [2.2, 1.1] }))
    expect(better.same).toBe(true)
    expect(better.note).toContain('limn 1.000 … 1.500 (proven)')
    expect(better.note).toContain('with branching, in 2.00 s: 1.000 … 1.250')
    expect(compare(limn, arrays({ value: [2.5, 1], relaxed: [2.5, 1] })).same).toBe(false)
  })

  it('refuses answers of different sizes or without the key', () => {
    const compare = relativeDifference(['a'], 1)
    expect(() => compare(arrays({ a: [1] }), arrays({ a: [1, 2] }))).toThrow(/one size, got 1 and 2/)
    expect(() => compare(arrays({ a: [1] }), arrays({ b: [1] }))).toThrow(/expected 'a' in the answer, got b/)
  })
})
