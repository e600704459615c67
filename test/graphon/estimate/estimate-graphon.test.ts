import { describe, expect, it } from 'vitest'
import { estimateGraphon } from '../../../src/graphon/estimate/estimate-graphon.js'
import { candidateNames, candidates } from '../../../src/graphon/estimate/estimators/candidates.js'
import { references } from '../../../src/graphon/sample/references/references.js'
import { canonicalForm, sampleReference } from '../../../src/graphon/estimate/simulate.js'
import { filled, matrix, type Matrix } from '../../../src/linalg/matrix.js'
import { createMask, density } from '../../../src/network/mask.js'
import { bernoulliMasks, largestDifference } from '../support.js'

const meanSquare = (a: Matrix, b: Matrix) =>
  a.data.reduce((sum, value, k) => sum + (value - b.data[k]) ** 2, 0) / a.data.length

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)

describe('estimateGraphon', () => {
  it('is by default within 20 % of the best estimator, on graphons of every kind', () => {
    for (const graphon of ['checkerboard', 'gradient', 'literature-9'] as const) {
      const { mask, P } = sampleReference(references[graphon], 96, 96, 11, graphon)
      const found = estimateGraphon(mask, { noise: false })
      const errors = candidateNames.map((name) =>
        meanSquare(candidates[name].probabilities(mask, { bins: 'auto', seed: 0 }), P),
      )
      expect(meanSquare(found.trials[0].probabilities, P)).toBeLessThanOrEqual(1.2 * Math.min(...errors))
      expect(found.warnings).toEqual([])
    }
  })

  it('gives a step graphon whose bins hold the means of the probabilities at their units', () => {
    const { mask, P } = sampleReference(references['literature-1'], 60, 90, 4)
    const { W, sdW, rowMeasure, colMeasure, trials, noise } = estimateGraphon(mask, { bins: 7, noise: false })
    expect([W.rows, W.cols, rowMeasure.length, colMeasure.length]).toEqual([7, 7, 7, 7])
    expect([sum(rowMeasure), sum(colMeasure)].map((total) => Math.abs(total - 1) < 1e-12)).toEqual([true, true])
    const [{ probabilities, rowBin, colBin }] = trials
    const means = matrix(7, 7)
    const counts = matrix(7, 7)
    probabilities.data.forEach((p, k) => {
      const bin = rowBin[Math.floor(k / 90)] * 7 + colBin[k % 90]
      means.data[bin] += p
      counts.data[bin]++
    })
    expect(
      largestDifference(
        W.data,
        means.data.map((total, k) => total / counts.data[k]),
      ),
    ).toBeLessThan(1e-12)
    expect(sdW.data.every((value) => value === 0)).toBe(true)
    expect(noise).toBeNull()
    // Largest degrees first on both sides, as in the truth.
    expect(W.data[0]).toBeGreaterThan(W.data[48] + 0.5)
    expect(meanSquare(probabilities, P)).toBeLessThan(0.01)
  })

  it('averages trials of other units: simulate, estimate, and the mean is nearer to the truth than one', () => {
    const graphon = references['degree-product']
    const masks = [0, 1, 2, 3].map((trial) => sampleReference(graphon, 80, 80, 9, trial).mask)
    const truth = canonicalForm(graphon, 8)
    const error = (count: number) =>
      meanSquare(estimateGraphon(masks.slice(0, count), { bins: 8, noise: false }).W, truth)
    expect(error(4)).toBeLessThan(error(1))
    const all = estimateGraphon(masks, { bins: 8 })
    expect(all.trials).toHaveLength(4)
    expect(all.noise!.halves).toBe('trials')
    expect(Math.sqrt(meanSquare(all.W, truth))).toBeLessThan(4 * all.noise!.splitHalf)
    expect(all.sdW.data.reduce((a, b) => Math.max(a, b))).toBeGreaterThan(0)
  })

  it('says how far to trust it: chance, the density’s error, and a floor far below the structure', () => {
    const { mask, P } = sampleReference(references['two-blocks'], 80, 80, 3)
    const { risk, noise, estimator, trials } = estimateGraphon(mask)
    const variance = P.data.reduce((total, p) => total + p * (1 - p), 0) / P.data.length
    expect(Math.abs(risk.heldOut - variance - meanSquare(trials[0].probabilities, P))).toBeLessThan(
      4 * risk.standardError,
    )
    expect(risk.constant - risk.heldOut).toBeGreaterThan(0.02)
    expect(estimator).toBe('block-model')
    expect(noise!.halves).toBe('entries')
    expect(Math.max(noise!.shuffled, noise!.splitHalf)).toBeLessThan(0.1)
  })

  it('calls a constant constant, and says so', () => {
    const [mask] = bernoulliMasks([64, 48], 0.3, 2)
    const { W, warnings, risk } = estimateGraphon(mask)
    expect(largestDifference(W.data, filled(W.rows, W.cols, density(mask)).data)).toBeLessThan(1e-12)
    expect(warnings.map(({ kind }) => kind)).toEqual(['no-structure'])
    expect(risk.heldOut).toBeCloseTo(risk.constant, 12)
  })

  it('takes weighted masks, and the estimator that is asked for', () => {
    const { P } = sampleReference(references['literature-4'], 40, 50, 1)
    const found = estimateGraphon(P, { estimator: 'usvt', noise: false })
    expect(found.estimator).toBe('usvt')
    expect(found.risk.heldOut).toBeLessThan(0.1 * found.risk.constant)
  })

  it('warns of coarse bins, empty rows and empty masks', () => {
    const kinds = (rows: number, data: Uint8Array, bins?: number) =>
      estimateGraphon(createMask(rows, 8, data), { noise: false, ...(bins && { bins }) }).warnings.map(
        ({ kind }) => kind,
      )
    expect(kinds(8, new Uint8Array(64))).toEqual(['no-structure', 'empty-matrix'])
    const striped = Uint8Array.from({ length: 320 }, (_, k) => (k < 160 ? 1 : 0))
    expect(kinds(40, striped)).toEqual(['dead-units'])
    expect(kinds(40, striped, 8)).toEqual(['few-units-per-bin', 'dead-units'])
  })

  it('has finite numbers for masks of any shape, a single entry included', () => {
    for (const [rows, cols] of [
      [1, 1],
      [1, 5],
      [5, 1],
      [2, 30],
    ]) {
      const { W, risk, noise } = estimateGraphon(bernoulliMasks([cols, rows], 0.5, 2)[0])
      const numbers = [...W.data, risk.heldOut, risk.standardError, noise!.shuffled, noise!.splitHalf]
      expect(numbers.every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
    }
  })

  it('refuses no mask, unequal shapes, entries outside [0, 1] and unknown options', () => {
    const [mask] = bernoulliMasks([6, 5], 0.5, 1)
    const [other] = bernoulliMasks([5, 5], 0.5, 1)
    expect(() => estimateGraphon([])).toThrow(/at least one mask/)
    expect(() => estimateGraphon([mask, other])).toThrow(/5 × 6 in trial 1, got 5 × 5/)
    expect(() => estimateGraphon(filled(4, 4, 1.5))).toThrow(/entries in \[0, 1\], got 1.5/)
    expect(() => estimateGraphon(filled(4, 4, NaN))).toThrow(RangeError)
    expect(() => estimateGraphon(mask, { bins: 0 })).toThrow(/positive integer number of bins/)
    expect(() => estimateGraphon(mask, { estimator: 'kernel' as 'usvt' })).toThrow(/expected histogram/)
  })
})
