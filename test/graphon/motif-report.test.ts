import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain.js'
import { distanceChains } from '../../src/graphon/distances/chains.js'
import { motifReport } from '../../src/graphon/motif-report.js'
import { motifNames } from '../../src/graphon/motifs.js'
import { constantChain } from '../../src/graphon/sample.js'
import { randomMatrix, randomMeasure } from './support.js'

const chainOf = (hidden: readonly number[], seed: number): GraphonChain => {
  const axes = [5, ...hidden, 3]
  return {
    W: axes.slice(1).map((rows, i) => randomMatrix(rows, axes[i], seed + i, 'uniform')),
    measures: hidden.map((count, l) => randomMeasure(count, seed + 10 + l)),
  }
}

const cutsOf = (a: GraphonChain, b: GraphonChain) => distanceChains(a, b, { norm: 'cut' }).map(({ upper }) => upper)

describe('motifReport', () => {
  it('keeps every difference below the bound of the counting lemma', () => {
    for (let seed = 0; seed < 10; seed++) {
      const [a, b] = [chainOf([4, 6], 100 * seed), chainOf([3, 5], 100 * seed + 50)]
      for (const { motifs, cut } of motifReport(a, b, cutsOf(a, b))) {
        expect(motifs.map(({ motif }) => motif)).toEqual(motifNames)
        for (const { difference, bound } of motifs) expect(difference).toBeLessThanOrEqual(bound + 1e-12)
        // One edge: the difference of densities is at most the cut norm itself.
        expect(motifs[0].bound).toBeCloseTo(Math.min(1, cut), 14)
      }
    }
  })

  it('is p^e(F) for constants, and tight for the edge', () => {
    const [a, b] = [0.5, 0.4].map((p) => constantChain({ inputs: 4, classes: 2, hidden: [2, 3] }, p))
    for (const { matrix, motifs } of motifReport(a, b, cutsOf(a, b), { names: ['edge', 'cycle-4'] })) {
      expect([1, 2, 3]).toContain(matrix)
      const [edge, cycle] = motifs
      expect(edge.difference).toBeCloseTo(0.1, 12)
      expect(edge.bound).toBeCloseTo(0.1, 9)
      expect(cycle.a - cycle.b).toBeCloseTo(0.5 ** 4 - 0.4 ** 4, 12)
    }
  })

  it('does not see how a layer is cut', () => {
    const a = constantChain({ inputs: 4, classes: 2, hidden: [2] }, 0.3)
    const b = constantChain({ inputs: 4, classes: 2, hidden: [5] }, 0.3)
    for (const { motifs } of motifReport(a, b, [0, 0])) {
      for (const { difference, bound } of motifs) {
        expect(difference).toBeCloseTo(0, 12)
        expect(bound).toBe(0)
      }
    }
  })

  it('refuses what does not belong together', () => {
    const a = chainOf([4], 1)
    expect(() => motifReport(a, chainOf([4, 4], 1), [1, 1])).toThrow(RangeError)
    expect(() => motifReport(a, a, [1])).toThrow(RangeError)
    expect(() => motifReport(a, a, [1, NaN])).toThrow(RangeError)
    expect(() => motifReport(a, a, [1, -1])).toThrow(RangeError)
  })
})
