import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../../src/graphon/chain/chain.js'
import { distanceChains } from '../../../src/graphon/distances/chains.js'
import { motifNamesUpTo, motifReport, motifTable } from '../../../src/graphon/motifs/motif-report.js'
import { injectiveMotifDensities, motifNames } from '../../../src/graphon/motifs/motifs.js'
import { constantChain } from '../../../src/graphon/sample/sample.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { bernoulliMasks, randomMatrix, randomMeasure } from '../support.js'

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

describe('motifTable', () => {
  it('never falls below the constant graphon of equal density (Sidorenko)', () => {
    for (let seed = 0; seed < 20; seed++) {
      const W = randomMatrix(5, 7, seed, 'uniform')
      const options = { rowMeasure: randomMeasure(5, seed + 100), colMeasure: randomMeasure(7, seed + 200), paths: 8 }
      const rows = motifTable(W, options)
      expect(rows.map(({ motif }) => motif)).toEqual(motifNamesUpTo(8))
      for (const { ratio } of rows) expect(ratio).toBeGreaterThan(1 - 1e-12)
    }
  })

  it('corrects for units met twice in masks, where that is known', () => {
    const [mask] = bernoulliMasks([40, 30], 0.3, 5)
    const W = matrix(mask.rows, mask.cols, Float64Array.from(mask.data))
    const corrected = injectiveMotifDensities(mask)
    for (const { motif, injective, density, constant, ratio } of motifTable(W, {}, mask)) {
      expect(injective).toBe([...corrected].find(([name]) => name === motif)?.[1])
      expect(ratio).toBeCloseTo((injective ?? density) / constant, 14)
    }
    const [tiny] = bernoulliMasks([2, 1], 1, 6)
    expect(motifTable(matrix(1, 2), {}, tiny).every((row) => row.injective === undefined)).toBe(true)
  })

  it('goes on to paths of any length in a comparison', () => {
    const [a, b] = [chainOf([4], 1), chainOf([3], 2)]
    const [{ motifs }] = motifReport(a, b, cutsOf(a, b), { paths: 9 })
    const last = motifs.find(({ motif }) => motif === 'path9')!
    expect(last.difference).toBeLessThanOrEqual(last.bound)
    expect(() => motifTable(a.W[0], { paths: NaN })).toThrow(RangeError)
  })
})
