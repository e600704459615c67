import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Coupling } from '../../../../src/graphon/distances/relabel/coupling.js'
import { uniformMeasure } from '../../../../src/graphon/distances/relabel/layered.js'
import { transport } from '../../../../src/graphon/distances/relabel/transport.js'
import { matrix, matrixOf, transpose, type Matrix } from '../../../../src/linalg/matrix.js'
import { permutation, randomStream } from '../../../../src/random/random.js'
import { randomMatrix, randomMeasure } from '../../support.js'
import { orders } from '../orders.js'

const total = (cost: Matrix, order: ArrayLike<number>): number =>
  Array.from(order).reduce((sum, row, col) => sum + cost.data[row * cost.cols + col], 0)

/** Largest error of the coupling's marginals. */
function marginalError({ measure, inA, inB }: Coupling, mu: Float64Array, nu: Float64Array): number {
  const [restA, restB] = [mu.slice(), nu.slice()]
  measure.forEach((mass, k) => {
    restA[inA[k]] -= mass
    restB[inB[k]] -= mass
  })
  return Math.max(...[...restA, ...restB].map(Math.abs))
}

const side = fc.integer({ min: 1, max: 12 })

describe('transport', () => {
  it('is the cheapest of all permutations between equal measures, and a permutation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), fc.boolean(), (n, seed, rounded) => {
        const drawn = randomMatrix(n, n, seed)
        const cost = rounded ? matrix(n, n, drawn.data.map(Math.round)) : drawn
        const { coupling, cost: found } = transport(cost, uniformMeasure(n), uniformMeasure(n))
        expect(coupling.inA).toHaveLength(n)
        const cheapest = Math.min(...orders(n).map((order) => total(cost, order)))
        expect(found).toBeCloseTo(cheapest / n, 12)
        expect(total(cost, coupling.inA) / n).toBeCloseTo(found, 12)
      }),
      { seed: 1, numRuns: 80 },
    )
  })

  it('has the marginals asked for, on at most rows + columns − 1 places, and prices that prove it optimal', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), fc.boolean(), (rows, cols, seed, rounded) => {
        const drawn = randomMatrix(rows, cols, seed)
        const cost = rounded ? matrix(rows, cols, drawn.data.map(Math.round)) : drawn
        const [mu, nu] = [randomMeasure(rows, seed + 1), randomMeasure(cols, seed + 2)]
        const { coupling, cost: found, lower } = transport(cost, mu, nu)
        expect(marginalError(coupling, mu, nu)).toBeLessThan(1e-14)
        if (!rounded) expect(coupling.measure.length).toBeLessThanOrEqual(rows + cols - 1)
        expect(lower).toBeLessThanOrEqual(found)
        expect(found - lower).toBeLessThan(1e-12)
        expect(transport(transpose(cost), nu, mu).cost).toBeCloseTo(found, 12)
      }),
      { seed: 2, numRuns: 100 },
    )
  })

  it('is the coupling in order when the cost is a convex function of the distance', () => {
    const [rows, cols] = [9, 14]
    const [mu, nu] = [randomMeasure(rows, 1), randomMeasure(cols, 2)]
    const [x, y] = [randomMatrix(1, rows, 3).data.sort(), randomMatrix(1, cols, 4).data.sort()]
    const cost = matrix(
      rows,
      cols,
      Float64Array.from({ length: rows * cols }, (_, k) => (x[Math.floor(k / cols)] - y[k % cols]) ** 2),
    )
    const { coupling } = transport(cost, mu, nu)
    const steps = Array.from(coupling.inA.keys()).slice(1)
    expect(steps.every((k) => coupling.inA[k] >= coupling.inA[k - 1])).toBe(true)
  })

  it('finds a hidden permutation of 100 rows, each cut in two', () => {
    const hidden = permutation(100, randomStream(1, 'hidden'))
    const cost = randomMatrix(100, 200, 1, 'uniform')
    for (let j = 0; j < 200; j++) cost.data[hidden[j >> 1] * 200 + j] = -1
    const { coupling, cost: found } = transport(cost, uniformMeasure(100), uniformMeasure(200))
    expect(Array.from(coupling.inA)).toEqual(Array.from({ length: 200 }, (_, j) => hidden[j >> 1]))
    expect(found).toBeCloseTo(-1, 12)
  })

  it('refuses costs that are not finite and measures that do not fit', () => {
    expect(() => transport(matrixOf([[NaN]]), uniformMeasure(1), uniformMeasure(1))).toThrow(/got NaN at index 0/)
    expect(() => transport(matrixOf([[1]]), uniformMeasure(2), uniformMeasure(1))).toThrow(/1 and 1 measures, got 2/)
  })
})
