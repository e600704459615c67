import { describe, expect, it } from 'vitest'
import { assessChain } from '../../src/graphon/estimate/assess.js'
import { chainEntries } from '../../src/graphon/estimate/estimators/auto.js'
import { estimators } from '../../src/graphon/estimate/estimators/estimators.js'
import { foldStandardError, type FoldError } from '../../src/graphon/estimate/fit/held-out.js'
import { blockChain, degreeProductChain, sampleMasks } from '../../src/graphon/sample/sample.js'

const fold = (errors: readonly number[]): FoldError => ({
  tested: errors.length,
  squares: errors.reduce((sum, error) => sum + error, 0),
  fourths: errors.reduce((sum, error) => sum + error * error, 0),
})

describe('the standard error over folds', () => {
  it('of one fold, or of folds that agree, is that of independent entries', () => {
    expect(foldStandardError([fold([0, 1, 0, 1])])).toBeCloseTo(Math.sqrt(0.25 / 4), 12)
    expect(foldStandardError([fold([0, 1]), fold([0, 1])])).toBeCloseTo(Math.sqrt(0.25 / 4), 12)
    expect(foldStandardError([])).toBe(0)
    expect(foldStandardError([fold([])])).toBe(0)
  })

  it('of folds that differ is √(1/J + 1/9) of their standard deviation', () => {
    const folds = [0.1, 0.2, 0.6].map((error) => fold(new Array<number>(1000).fill(error)))
    const variance = (0.2 ** 2 + 0.1 ** 2 + 0.3 ** 2) / 2
    expect(foldStandardError(folds)).toBeCloseTo(Math.sqrt((1 / 3 + 1 / 9) * variance), 12)
  })
})

describe.each([
  ['blocks', blockChain({ inputs: 8, classes: 4, hidden: [2, 2] }, { blocks: 2, within: 0.7, between: 0.1 })],
  ['gradient', degreeProductChain({ inputs: 8, classes: 4, hidden: [16, 16] }, { density: 0.3, slope: 1.5 })],
] as const)('the risk of %s', (_, truth) => {
  const n = 48
  const runs = Array.from({ length: 40 }, (_, seed) => {
    const masks = sampleMasks(truth, [n, n], seed)
    const entries = chainEntries(estimators.histogram.chain({ masks, bins: 8, seed }))
    let [error, count] = [0, 0]
    masks.forEach(({ rows, cols }, l) => {
      const W = truth.W[l]
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) {
          const p = W.data[Math.floor((i * W.rows) / rows) * W.cols + Math.floor((j * W.cols) / cols)]
          error += (p - entries[l].data[i * cols + j]) ** 2 + p * (1 - p)
          count++
        }
      }
    })
    const { risk } = assessChain([masks], { bins: 8, seed })
    return { off: risk.heldOut - error / count, reported: risk.standardError }
  })
  const mean = runs.reduce((sum, { off }) => sum + off, 0) / runs.length

  it('is off from the true error by as much as it says', () => {
    const sd = Math.sqrt(runs.reduce((sum, { off }) => sum + (off - mean) ** 2, 0) / (runs.length - 1))
    const reported = runs.reduce((sum, run) => sum + run.reported, 0) / runs.length
    expect(sd / reported).toBeGreaterThan(0.7)
    expect(sd / reported).toBeLessThan(1.4)
  })

  it('is on average no smaller than the error of the estimate from all entries', () => {
    expect(mean).toBeGreaterThan(0)
  })
})
