import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathDensity } from '../../../src/graphon/chain/path-density.js'
import { refineChain } from '../../../src/graphon/chain/refine.js'
import { constantChain, degreeProductChain } from '../../../src/graphon/sample/sample.js'
import { randomMatrix, randomMeasure } from '../support.js'

describe('pathDensity', () => {
  it('is c^(L+1) on a constant chain', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.integer({ min: 0, max: 6 }), (c, L) => {
        const { perClass, mean, logMean } = pathDensity(
          constantChain({ inputs: 5, classes: 3, hidden: new Array<number>(L).fill(4) }, c),
        )
        for (const value of [...perClass, mean]) expect(Math.abs(value / c ** (L + 1) - 1)).toBeLessThan(1e-12)
        expect(logMean).toBeCloseTo((L + 1) * Math.log(c), 11)
      }),
      { seed: 1, numRuns: 40 },
    )
  })

  it('is the sum over all paths on a small chain', () => {
    const measures = [randomMeasure(2, 1), randomMeasure(3, 2)]
    const W = [randomMatrix(2, 4, 3, 'uniform'), randomMatrix(3, 2, 4, 'uniform'), randomMatrix(2, 3, 5, 'uniform')]
    const { perClass, mean } = pathDensity({ W, measures })
    const expected = [0, 1].map((c) => {
      let sum = 0
      for (let v = 0; v < 3; v++) {
        for (let u = 0; u < 2; u++) {
          for (let j = 0; j < 4; j++) {
            const path = W[2].data[c * 3 + v] * W[1].data[v * 2 + u] * W[0].data[u * 4 + j]
            sum += (path * measures[1][v] * measures[0][u]) / 4
          }
        }
      }
      return sum
    })
    expect(perClass[0]).toBeCloseTo(expected[0], 14)
    expect(perClass[1]).toBeCloseTo(expected[1], 14)
    expect(mean).toBeCloseTo((expected[0] + expected[1]) / 2, 14)
  })

  it('does not change when bins are split', () => {
    const chain = degreeProductChain({ inputs: 5, classes: 2, hidden: [4, 3] }, { density: 0.3, slope: 1 })
    const finer = refineChain(chain, [randomMeasure(7, 1), randomMeasure(5, 2)])
    expect(finer.W[1].rows).toBeGreaterThan(chain.W[1].rows)
    expect(pathDensity(finer).mean).toBeCloseTo(pathDensity(chain).mean, 14)
  })

  it('survives depth in its logarithm when the value itself underflows', () => {
    const deep = constantChain({ inputs: 2, classes: 1, hidden: new Array<number>(999).fill(2) }, 1e-3)
    const { mean, logMean } = pathDensity(deep)
    expect(mean).toBe(0)
    expect(logMean / (1000 * Math.log(1e-3))).toBeCloseTo(1, 12)
  })

  it('is 0 with logarithm −∞ when a matrix is empty', () => {
    const { mean, logMean, perClass } = pathDensity(constantChain({ inputs: 2, classes: 2, hidden: [2] }, [0.5, 0]))
    expect(mean).toBe(0)
    expect([...perClass]).toEqual([0, 0])
    expect(logMean).toBe(-Infinity)
  })
})
