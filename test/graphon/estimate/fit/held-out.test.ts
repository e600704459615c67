import { describe, expect, it } from 'vitest'
import {
  binLadder,
  drawFolds,
  folds,
  heldOutErrors,
  heldOutRounds,
  holdOut,
} from '../../../../src/graphon/estimate/fit/held-out.js'
import { filled, matrix } from '../../../../src/linalg/matrix.js'
import { bernoulliMasks } from '../../support.js'

describe('holding out entries', () => {
  const [mask] = bernoulliMasks([30, 20], 0.4, 1)

  it('tests every entry once over all folds, and the same entries for the same seed', () => {
    const foldOf = drawFolds(600, 3)
    expect(drawFolds(600, 3)).toEqual(foldOf)
    expect(drawFolds(600, 4)).not.toEqual(foldOf)
    const tested = Array.from({ length: folds }, (_, fold) => [...holdOut(mask, foldOf, fold).test]).flat()
    expect(tested.sort((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, k) => k))
  })

  it('shows nothing of a held-out entry: flipping it changes no training value', () => {
    const foldOf = drawFolds(600, 3)
    const { train, test } = holdOut(mask, foldOf, 0)
    const flipped = matrix(20, 30, Float64Array.from(mask.data))
    for (const k of test) flipped.data[k] = 1 - flipped.data[k]
    expect(holdOut(flipped, foldOf, 0).train).toEqual(train)
  })

  it('is unbiased: the mean over many draws of folds is the matrix', () => {
    const mean = new Float64Array(600)
    const draws = 4000
    for (let seed = 0; seed < draws; seed++) {
      holdOut(mask, drawFolds(600, seed), 0).train.data.forEach((value, k) => (mean[k] += value / draws))
    }
    // One value's standard deviation is √((1 − q)/q) |A − b| < 1/3; b moves with the folds a little.
    const worst = mean.reduce((most, value, k) => Math.max(most, Math.abs(value - mask.data[k])), 0)
    expect(worst).toBeLessThan((5 * (1 / 3)) / Math.sqrt(draws) + 0.01)
  })

  it('leaves a constant matrix constant', () => {
    const { train } = holdOut(filled(8, 9, 0.25), drawFolds(72, 1), 0)
    for (const value of train.data) expect(value).toBeCloseTo(0.25, 14)
  })
})

describe('choosing on held-out entries', () => {
  it('measures the mean square on exactly the entries held out', () => {
    const values = matrix(
      10,
      10,
      Float64Array.from({ length: 100 }, (_, k) => k / 100),
    )
    const [zero, one] = heldOutErrors([values], [0, 1], () => (c) => [filled(10, 10, c)], { seed: 5 })
    const foldOf = drawFolds(100, 5, 'tune', 0, 10, 10)
    const rounds = heldOutRounds(100)
    const tested = [...foldOf.keys()].filter((k) => foldOf[k] < rounds)
    expect(zero.tested).toEqual([tested.length])
    expect(zero.squares).toBeCloseTo(
      tested.reduce((sum, k) => sum + (k / 100) ** 2, 0),
      12,
    )
    expect(one.squares).toBeCloseTo(
      tested.reduce((sum, k) => sum + (1 - k / 100) ** 2, 0),
      12,
    )
  })

  it('tries bins of two units and more', () => {
    expect(binLadder(16)).toEqual([1, 2, 3, 4, 6, 8])
    expect(binLadder(1)).toEqual([1])
    expect(binLadder(1000, 8)).toEqual([1, 2, 3, 4, 6, 8])
  })
})
