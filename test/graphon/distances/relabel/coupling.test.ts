import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byScore,
  exchanged,
  inOrder,
  isPermutation,
  type Coupling,
} from '../../../../src/graphon/distances/relabel/coupling.js'
import { profileCosts, rowCosts } from '../../../../src/graphon/distances/relabel/coupling-costs.js'
import { uniformMeasure } from '../../../../src/graphon/distances/relabel/layered.js'
import { transport } from '../../../../src/graphon/distances/relabel/transport.js'
import { largestDifference, randomMatrix, randomMeasure } from '../../support.js'

const side = fc.integer({ min: 1, max: 9 })

function marginals({ measure, inA, inB }: Coupling, n: number, m: number) {
  const [a, b] = [new Float64Array(n), new Float64Array(m)]
  measure.forEach((mass, k) => {
    a[inA[k]] += mass
    b[inB[k]] += mass
  })
  return { a, b }
}

describe('couplings', () => {
  it('have the measures of both sets of bins, in order, by score and after exchanges', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), (n, m, seed) => {
        const [mu, nu] = [randomMeasure(n, seed), randomMeasure(m, seed + 1)]
        const scored = byScore(mu, nu, randomMatrix(1, n, seed).data, randomMatrix(1, m, seed + 1).data)
        let swapped = scored
        for (let k = 0; k < 4; k++) {
          const last = swapped.measure.length - 1
          swapped = exchanged(swapped, k % (last + 1), last)
        }
        for (const coupling of [inOrder(mu, nu), scored, swapped]) {
          const { a, b } = marginals(coupling, n, m)
          expect(largestDifference(a, mu)).toBeLessThan(1e-12)
          expect(largestDifference(b, nu)).toBeLessThan(1e-12)
          expect(coupling.measure.every((mass) => mass > 0)).toBe(true)
        }
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  it('are permutations between equal bins, and exchanges then swap two of them', () => {
    const even = uniformMeasure(4)
    const coupling = byScore(even, even, Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8))
    expect(Array.from(coupling.inA)).toEqual([0, 1, 2, 3])
    expect(Array.from(exchanged(coupling, 1, 3).inA)).toEqual([0, 3, 2, 1])
    expect(isPermutation(exchanged(coupling, 1, 3))).toBe(true)
    expect(isPermutation(inOrder(even, uniformMeasure(3)))).toBe(false)
  })

  it('cost two rows at least what their sorted values cost, with equality for the best coupling of columns', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), fc.constantFrom(1 as const, 2 as const), (n, m, seed, power) => {
        const [a, b] = [randomMatrix(1, n, seed), randomMatrix(1, m, seed + 1)]
        const [mu, nu] = [randomMeasure(n, seed), randomMeasure(m, seed + 1)]
        const [sorted] = profileCosts(a, b, mu, nu, power).data
        const entries = rowCosts(
          { rows: n, cols: 1, data: a.data },
          { rows: m, cols: 1, data: b.data },
          inOrder(uniformMeasure(1), uniformMeasure(1)),
          power,
        )
        const best = transport(entries, mu, nu)
        expect(sorted).toBeCloseTo(best.cost, 12)
        expect(rowCosts(a, b, best.coupling, power).data[0]).toBeCloseTo(sorted, 12)
        expect(rowCosts(a, b, inOrder(mu, nu), power).data[0]).toBeGreaterThanOrEqual(sorted - 1e-12)
      }),
      { seed: 2, numRuns: 60 },
    )
  })
})
