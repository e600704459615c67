import { describe, expect, it } from 'vitest'
import { denoise } from '../../../../src/graphon/estimate/fit/total-variation.js'
import { filled, matrix, matrixOf, type Matrix } from '../../../../src/linalg/matrix.js'
import { largestDifference, randomMatrix } from '../../support.js'

function objective(x: Matrix, y: Matrix, lambda: number): number {
  const { rows, cols, data } = x
  let total = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const k = i * cols + j
      const down = i + 1 < rows ? data[k + cols] - data[k] : 0
      const right = j + 1 < cols ? data[k + 1] - data[k] : 0
      total += 0.5 * (data[k] - y.data[k]) ** 2 + lambda * Math.sqrt(down * down + right * right)
    }
  }
  return total
}

describe('total-variation denoising', () => {
  it('leaves a constant alone, and everything at λ = 0', () => {
    expect(denoise(filled(5, 7, 0.3), 2)).toEqual(filled(5, 7, 0.3))
    const y = randomMatrix(4, 6, 1)
    expect(denoise(y, 0)).toEqual(y)
  })

  it('keeps the mean and flattens all at a large λ', () => {
    const y = randomMatrix(6, 8, 2)
    const mean = y.data.reduce((a, b) => a + b, 0) / 48
    const x = denoise(y, 0.3)
    expect(x.data.reduce((a, b) => a + b, 0) / 48).toBeCloseTo(mean, 12)
    expect(largestDifference(denoise(y, 50, 4000).data, filled(6, 8, mean).data)).toBeLessThan(1e-3)
  })

  it('moves two halves of a row towards each other by λ over their length', () => {
    const x = denoise(matrixOf([[0, 0, 0, 1, 1, 1]]), 0.3, 4000)
    expect(largestDifference(x.data, [0.1, 0.1, 0.1, 0.9, 0.9, 0.9])).toBeLessThan(1e-5)
  })

  it('is a minimum: no direction tried goes lower', () => {
    const y = randomMatrix(7, 5, 3)
    const x = denoise(y, 0.4, 4000)
    const least = objective(x, y, 0.4)
    for (let seed = 0; seed < 200; seed++) {
      const direction = randomMatrix(7, 5, seed + 10)
      for (const size of [1e-3, 1e-2, 0.1]) {
        const moved = matrix(
          7,
          5,
          x.data.map((value, k) => value + size * direction.data[k]),
        )
        expect(objective(moved, y, 0.4)).toBeGreaterThan(least - 1e-7)
      }
    }
  })

  it('refuses a λ that is none', () => {
    expect(() => denoise(filled(2, 2, 1), NaN)).toThrow(RangeError)
    expect(() => denoise(filled(2, 2, 1), -1)).toThrow(RangeError)
  })
})
