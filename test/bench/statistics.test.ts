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
      ).slope,
    ).toBeCloseTo(2.5, 12)
  })

  it('states the standard error of a straight line through points that scatter', () => {
    // Logarithms of y at 0, 1, 2, 3 are off the line by 1, -1, -1, 1: residuals that leave the slope alone.
    const x = [0, 1, 2, 3].map(Math.exp)
    const fit = fittedExponent(x, [1, 1, 3, 7].map(Math.exp))
    expect(fit.slope).toBeCloseTo(2, 12)
    expect(fit.standardError).toBeCloseTo(Math.sqrt(4 / 2 / 5), 12)
    expect(fittedExponent([1, 2], [1, 8]).standardError).toBe(0)
  })

  it('needs two points', () => {
    expect(() => fittedExponent([1], [1])).toThrow(RangeError)
  })
})
