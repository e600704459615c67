import { describe, expect, it } from 'vitest'
import { argmaxRows } from '../../src/linalg/argmax-rows.js'
import { matrix } from '../../src/linalg/matrix.js'
import { mean, meanAndSd, rootMeanSquare } from '../../src/linalg/statistics.js'

describe('statistics', () => {
  it('shift and scale with their values', () => {
    const values = [3, -1, 4, 1, -5]
    const { mean: centre, sd } = meanAndSd(values)
    const moved = meanAndSd(values.map((value) => 7 - 2 * value))
    expect([moved.mean, moved.sd]).toEqual([7 - 2 * centre, expect.closeTo(2 * sd, 14)])
    expect(mean(Float64Array.from(values))).toBe(centre)
  })

  it('hold together: Σ x² / n = mean² + (n − 1) sd² / n', () => {
    const values = [0.3, 2.5, -1.25, 8]
    const { mean: centre, sd } = meanAndSd(values)
    expect(rootMeanSquare(values) ** 2).toBeCloseTo(centre ** 2 + (3 * sd ** 2) / 4, 12)
  })

  it('know no spread of one value, and nothing of none', () => {
    expect(meanAndSd([5])).toEqual({ mean: 5, sd: 0 })
    expect([mean([]), rootMeanSquare([])]).toEqual([NaN, NaN])
  })
})

describe('argmaxRows', () => {
  it('takes the first of equals', () => {
    expect(argmaxRows(matrix(3, 2, Float64Array.of(1, 1, -2, -1, 3, 0)))).toEqual(Int32Array.of(0, 1, 0))
  })
})
