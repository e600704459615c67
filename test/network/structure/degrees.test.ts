import { describe, expect, it } from 'vitest'
import { createMask, denseMask, rowDegrees } from '../../../src/network/mask.js'
import { maskChain } from '../../../src/network/structure/chain.js'
import { degreeStatistics, pairMoments } from '../../../src/network/structure/degree-statistics.js'
import { measureStructure, missingStructure } from '../../../src/network/structure/metrics.js'
import { bernoulli, constantFanIn, maskOf, transposed } from './masks.js'

/** Row degrees of all masks m × n with k survivors. */
function* everyMask(m: number, n: number, k: number): Generator<Int32Array> {
  for (let bits = 0; bits < 2 ** (m * n); bits++) {
    const data = Uint8Array.from({ length: m * n }, (_, t) => (bits >> t) & 1)
    if (data.reduce((sum, bit) => sum + bit, 0) === k) yield rowDegrees(createMask(m, n, data))
  }
}

describe('degrees beside chance', () => {
  it('have the mean and variance of Σ d (d − 1) that all masks with as many survivors have', () => {
    for (const [m, n] of [
      [2, 2],
      [3, 3],
      [2, 5],
      [4, 3],
      [5, 2],
      [4, 1],
    ] as const) {
      for (let k = 1; k < m * n; k++) {
        const values = [...everyMask(m, n, k)].map((degrees) => degrees.reduce((sum, d) => sum + d * (d - 1), 0))
        const mean = values.reduce((a, b) => a + b) / values.length
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
        const moments = pairMoments(m, n, k)
        expect(moments.mean).toBeCloseTo(mean, 10)
        expect(moments.variance).toBeCloseTo(variance, 9)
      }
    }
  })

  it('have a variance whose mean over all masks is n p (1 − p) N / (N − 1)', () => {
    const [m, n, k] = [3, 4, 5]
    const ratios = [...everyMask(m, n, k)].map((degrees) => degreeStatistics(degrees, n).ratio!)
    expect(ratios.reduce((a, b) => a + b) / ratios.length).toBeCloseTo((m * n) / (m * n - 1), 12)
  })

  it('are those of chance for masks whose weights survive independently, at any density', () => {
    for (const p of [0.01, 0.05, 0.2, 0.5, 0.9]) {
      for (let seed = 0; seed < 8; seed++) {
        const { inDegrees, outDegrees } = measureStructure(maskChain([bernoulli(60, 90, p, seed)]), [
          'inDegrees',
          'outDegrees',
        ])
        for (const { verdict, constant } of [inDegrees.matrices[0], outDegrees.matrices[0]]) {
          expect([verdict, constant]).toEqual(['chance', false])
        }
      }
    }
  })

  it('are beyond chance about as often as the level says', () => {
    let beyond = 0
    const masks = 2000
    for (let seed = 0; seed < masks; seed++) {
      const { verdict } = degreeStatistics(rowDegrees(bernoulli(20, 30, 0.2, seed)), 30)
      if (verdict !== 'chance') beyond++
    }
    // 2 are expected; 9 or more with probability 0.0002.
    expect(beyond).toBeLessThan(9)
  })

  it('are regular with a constant fan-in of the same density, while the fan-out stays that of chance', () => {
    for (let seed = 0; seed < 5; seed++) {
      const chain = maskChain([constantFanIn(60, 90, 18, seed)])
      const { inDegrees, outDegrees } = measureStructure(chain, ['inDegrees', 'outDegrees'])
      expect(inDegrees.matrices[0]).toMatchObject({
        mean: 18,
        variance: 0,
        ratio: 0,
        verdict: 'regular',
        constant: true,
      })
      expect(outDegrees.matrices[0]).toMatchObject({ verdict: 'chance', constant: false })
    }
  })

  it('are regular without being constant when they differ by one', () => {
    const degrees = Int32Array.from({ length: 100 }, (_, i) => 20 + (i % 2))
    expect(degreeStatistics(degrees, 90)).toMatchObject({ verdict: 'regular', constant: false })
  })

  it('are uneven where rows have densities of their own', () => {
    const rows = Array.from({ length: 60 }, (_, i) => bernoulli(1, 90, i < 30 ? 0.1 : 0.3, i))
    const mask = createMask(60, 90, Uint8Array.from(rows.flatMap(({ data }) => [...data])))
    const { inDegrees, outDegrees } = measureStructure(maskChain([mask]), ['inDegrees', 'outDegrees'])
    expect(inDegrees.matrices[0].verdict).toBe('uneven')
    expect(inDegrees.matrices[0].ratio!).toBeGreaterThan(2)
    expect(outDegrees.matrices[0].verdict).toBe('chance')
  })

  it('judge pruned places as they judge survivors', () => {
    const mask = bernoulli(12, 30, 0.3, 4)
    const pruned = createMask(
      12,
      30,
      mask.data.map((bit) => 1 - bit),
    )
    const [a, b] = [mask, pruned].map((one) => degreeStatistics(rowDegrees(one), 30))
    expect(b.deviate).toBeCloseTo(a.deviate!, 9)
    expect(b.ratio).toBeCloseTo(a.ratio!, 12)
  })

  it('of columns are those of the transposed mask’s rows', () => {
    const mask = bernoulli(12, 30, 0.3, 5)
    const of = (one: typeof mask) => measureStructure(maskChain([one]), ['inDegrees', 'outDegrees'])
    expect(of(transposed(mask)).inDegrees).toEqual(of(mask).outDegrees)
  })

  it('have no verdict where chance leaves no choice, and say why', () => {
    const cases = [
      [denseMask(3, 4), 'every weight survives'],
      [maskOf('0000', '0000'), 'no weight survives'],
      [maskOf('0000', '0100'), 'one weight survives'],
      [maskOf('1111', '1101'), 'all weights but one survive'],
      [maskOf('1', '0', '1', '0'), 'every unit has one weight'],
      [maskOf('1010'), 'there is one unit'],
    ] as const
    for (const [mask, why] of cases) {
      const chain = maskChain([mask])
      expect(measureStructure(chain, ['inDegrees']).inDegrees.matrices[0]).toMatchObject({
        deviate: null,
        verdict: null,
      })
      expect(missingStructure(chain, ['inDegrees'])).toEqual({
        inDegrees: `layers.0 (${mask.rows} × ${mask.cols}): ${why}`,
      })
    }
  })
})
