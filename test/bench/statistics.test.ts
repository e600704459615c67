import { describe, expect, it } from 'vitest'
import { fittedExponent, median } from '../../bench/statistics.js'

describe('median', () => {
  it('is the middle one, or the mean of the two in the middle, whatever the order', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('fittedExponent', () => {
  it('finds p of c·x^p', () => {
    const x = [2, 3, 5, 8]
    expect(
      fittedExponent(
        x,
        x.map((value) => 7 * value ** 2.5),
      ),
    ).toBeCloseTo(2.5, 12)
  })

  it('needs two points', () => {
    expect(() => fittedExponent([1], [1])).toThrow(RangeError)
  })
})
