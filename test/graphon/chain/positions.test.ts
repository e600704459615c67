import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bins } from '../../../src/graphon/chain/positions.js'

it('cuts n units into min(K, n) bins whose sizes differ by at most one, the larger ones first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 80 }), (n, K) => {
      const { sizes, binOf, measure } = bins(n, K)
      expect(sizes.length).toBe(Math.min(K, n))
      expect(sizes.reduce((a, b) => a + b, 0)).toBe(n)
      expect(sizes[0] - sizes.at(-1)!).toBeLessThanOrEqual(1)
      expect([...sizes]).toEqual([...sizes].sort((a, b) => b - a))
      expect(sizes.filter((size) => size > sizes.at(-1)!).length).toBe(n % sizes.length)
      expect(measure.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
      const counted = new Array<number>(sizes.length).fill(0)
      binOf.forEach((bin, place) => {
        counted[bin]++
        expect(bin).toBeGreaterThanOrEqual(place > 0 ? binOf[place - 1] : 0)
      })
      expect(counted).toEqual([...sizes])
    }),
    { seed: 3, numRuns: 80 },
  )
})

it('cuts 10 units into 4 bins of 3, 3, 2, 2', () => {
  expect([...bins(10, 4).sizes]).toEqual([3, 3, 2, 2])
})

it.each([0, -1, 1.5, NaN])('refuses %s bins', (K) => {
  expect(() => bins(4, K)).toThrow(RangeError)
  expect(() => bins(K, 4)).toThrow(RangeError)
})
