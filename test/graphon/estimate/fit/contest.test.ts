import { describe, expect, it } from 'vitest'
import {
  holdContest,
  judge,
  leastError,
  showsStructure,
  standardErrorsBehind,
  type Scores,
} from '../../../../src/graphon/estimate/fit/contest.js'
import { candidateNames, candidates } from '../../../../src/graphon/estimate/estimators/candidates.js'
import { bestForMatrix } from '../../../../src/graphon/estimate/estimators/auto.js'
import { constantFit, denseFit, stepFit } from '../../../../src/graphon/estimate/fit/fit.js'
import { heldOutErrors } from '../../../../src/graphon/estimate/fit/held-out.js'
import { selectSmallest } from '../../../../src/graphon/estimate/fit/order-statistic.js'
import { overlapDistances } from '../../../../src/graphon/estimate/fit/overlaps.js'
import { sampleReference } from '../../../../src/graphon/estimate/simulate.js'
import { references } from '../../../../src/graphon/sample/references/references.js'
import { filled, matrix, transpose } from '../../../../src/linalg/matrix.js'
import { bernoulliMasks, largestDifference, randomMatrix } from '../../support.js'

const constants = [0.1, 0.2, 0.3, 0.4, 0.5]
const asConstants = () => (value: number) => [constantFit(60, 60, value)]

describe('a contest on held-out entries', () => {
  const [mask] = bernoulliMasks([60, 60], 0.3, 1)
  const contest = holdContest([mask], { seed: 1 })

  it('finds the mean, by the same errors as are measured without a race', () => {
    const scored = judge(contest, constants, asConstants)
    expect(leastError(scored)!.setting).toBe(0.3)
    const [plain] = heldOutErrors([mask], [0.3], () => (c) => [filled(60, 60, c)], { seed: 1 })
    expect(scored.find(({ setting }) => setting === 0.3)!.squares).toBeCloseTo(plain.squares, 9)
    expect(leastError<Scores>([]) === undefined).toBe(true)
  })

  it('gives up what falls hopelessly behind, its rivals or a leader from elsewhere', () => {
    const settings = judge(contest, [...constants, 1], asConstants).map(({ setting }) => setting)
    expect(settings).toContain(0.3)
    expect(settings).not.toContain(1)
    const [leader] = judge(contest, [0.3], asConstants)
    let folds = 0
    const counted = () => (value: number) => {
      folds++
      return [constantFit(60, 60, value)]
    }
    expect(judge(contest, [1], counted, leader)).toEqual([])
    expect(folds).toBe(1)
  })

  it('compares entry by entry: equal estimates are not behind each other, signs turn with the order', () => {
    const [a, b] = judge(contest, [0.3, 0.33], asConstants)
    expect(standardErrorsBehind(a, a)).toBe(0)
    expect(Math.abs(standardErrorsBehind(b, a))).toBeGreaterThan(0.1)
    expect(standardErrorsBehind(a, b)).toBeCloseTo(-standardErrorsBehind(b, a), 12)
  })

  it('sees no structure in a constant graphon, and some in blocks', () => {
    const noisy = randomMatrix(60, 60, 1, 'uniform').data.map((value) => 0.25 + 0.1 * value)
    const settings = ['mean', 'noise'] as const
    const found = judge(contest, settings, ([{ data }]) => (setting) => [
      setting === 'mean'
        ? constantFit(60, 60, data.reduce((sum, value) => sum + value, 0) / 3600)
        : denseFit(matrix(60, 60, noisy)),
    ])
    expect(found.map((scores) => showsStructure(contest, scores))).toEqual([false, false])
    const { mask: blocks, P } = sampleReference(references['two-blocks'], 60, 60, 1)
    const other = holdContest([blocks], { seed: 1 })
    const [truth] = judge(other, ['truth'], () => () => [denseFit(P)])
    expect(showsStructure(other, truth)).toBe(true)
  })
})

describe('auto', () => {
  it('is exactly the estimator it names, fitted by itself', () => {
    for (const graphon of ['checkerboard', 'literature-4'] as const) {
      const { mask } = sampleReference(references[graphon], 48, 64, 5)
      const best = bestForMatrix(mask, 3)
      const alone = best.candidate.probabilities(mask, { bins: 'auto', seed: 3 })
      expect(largestDifference(best.fit().all().data, alone.data)).toBe(0)
    }
  })

  it('loses nothing by giving up hopeless estimators early', () => {
    const { mask } = sampleReference(references['literature-6'], 64, 64, 2)
    const contest = holdContest([mask], { seed: 1 })
    const all = candidateNames.map((name) => candidates[name].search(contest)!.squares)
    expect(bestForMatrix(mask, 1).squares).toBeCloseTo(Math.min(...all), 9)
  })
})

describe('fits', () => {
  it('are at single entries what they are everywhere', () => {
    const [rowBin, colBin] = [Int32Array.of(0, 1, 1, 0, 2), Int32Array.of(1, 0, 1)]
    const W = randomMatrix(3, 2, 4, 'uniform')
    const entries = Int32Array.of(0, 2, 3, 10, 14)
    const whole = stepFit(W, rowBin, colBin)
    for (const fit of [whole, denseFit(whole.all()), constantFit(5, 3, 0.25)]) {
      expect([...fit.at(entries)]).toEqual([...entries].map((entry) => fit.all().data[entry]))
    }
  })

  it('of every estimator agree at held-out entries and everywhere', () => {
    const { mask } = sampleReference(references['two-blocks'], 40, 30, 3)
    const contest = holdContest([mask], { seed: 2 })
    const entries = contest.rounds[0][0].test
    for (const name of candidateNames) {
      const fit = candidates[name].search(contest)!.fit()
      const everywhere = fit.all().data
      expect(
        largestDifference(
          fit.at(entries),
          [...entries].map((entry) => everywhere[entry]),
        ),
      ).toBeLessThan(1e-12)
    }
  })
})

describe('neighbours', () => {
  it('lie at the distance of their overlaps with third units', () => {
    const a = randomMatrix(9, 7, 2)
    const overlap = (i: number, k: number) => {
      let sum = 0
      for (let j = 0; j < 7; j++) sum += a.data[i * 7 + j] * a.data[k * 7 + j]
      return sum
    }
    const expected = matrix(9, 9)
    for (let i = 0; i < 9; i++) {
      for (let other = 0; other < 9; other++) {
        for (let k = 0; k < 9; k++) {
          if (k !== i && k !== other) expected.data[i * 9 + other] += (overlap(i, k) - overlap(other, k)) ** 2
        }
        if (i === other) expected.data[i * 9 + i] = 0
      }
    }
    expect(largestDifference(overlapDistances(a, 'rows').data, expected.data)).toBeLessThan(1e-10)
    expect(largestDifference(overlapDistances(transpose(a), 'columns').data, expected.data)).toBeLessThan(1e-10)
  })

  it('across panels are those of each pair by itself', () => {
    const a = randomMatrix(230, 5, 3)
    const whole = overlapDistances(a, 'rows')
    // Permuting units permutes distances: the panels that compute them are then others.
    const reversed = matrix(230, 5)
    for (let i = 0; i < 230; i++) reversed.data.set(a.data.subarray(i * 5, i * 5 + 5), (229 - i) * 5)
    const again = overlapDistances(reversed, 'rows').data
    const largest = whole.data.reduce((most, value) => Math.max(most, value))
    expect(largestDifference(again.slice().reverse(), whole.data)).toBeLessThan(1e-12 * largest)
  })

  it('are counted by an order statistic, ties or not', () => {
    for (const values of [[3, 1, 2, 1, 5, 4], [2, 2, 2, 2], [1]]) {
      const sorted = values.slice().sort((a, b) => a - b)
      sorted.forEach((value, rank) => expect(selectSmallest(Float64Array.from(values), rank)).toBe(value))
    }
    const random = randomMatrix(1, 501, 6).data
    expect(selectSmallest(random.slice(), 250)).toBe(random.slice().sort()[250])
  })
})
