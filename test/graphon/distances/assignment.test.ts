import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignRows } from '../../../src/graphon/distances/assignment.js'
import { matrix, matrixOf, type Matrix } from '../../../src/linalg/matrix.js'
import { randomMatrix } from '../support.js'

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  )
}

const total = (cost: Matrix, order: ArrayLike<number>): number =>
  Array.from(order).reduce((sum, row, col) => sum + cost.data[row * cost.cols + col], 0)

describe('assignRows', () => {
  it('is as cheap as the cheapest of all permutations', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), fc.boolean(), (n, seed, rounded) => {
        const drawn = randomMatrix(n, n, seed)
        const cost = rounded ? matrix(n, n, drawn.data.map(Math.round)) : drawn
        const order = assignRows(cost)
        expect([...order].sort((i, j) => i - j)).toEqual(Array.from({ length: n }, (_, i) => i))
        const cheapest = Math.min(...permutations(n).map((other) => total(cost, other)))
        expect(total(cost, order)).toBeCloseTo(cheapest, 12)
      }),
      { seed: 1, numRuns: 80 },
    )
  })

  it('finds a hidden permutation of 100 rows', () => {
    const hidden = Array.from({ length: 100 }, (_, i) => (37 * i + 11) % 100)
    const cost = randomMatrix(100, 100, 1, 'uniform')
    hidden.forEach((row, col) => (cost.data[row * 100 + col] = -1))
    expect([...assignRows(cost)]).toEqual(hidden)
  })

  it('refuses costs that are not square or not finite', () => {
    expect(() => assignRows(matrix(2, 3))).toThrow(/square matrix, got 2 × 3/)
    expect(() => assignRows(matrixOf([[NaN]]))).toThrow(/finite costs, got NaN at index 0/)
  })
})
