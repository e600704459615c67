import { describe, expect, it } from 'vitest'
import { estimateChain } from '../../../src/graphon/estimate/estimate.js'
import { assessChain } from '../../../src/graphon/estimate/assess.js'
import { averageChains } from '../../../src/graphon/chain/average.js'
import { references } from '../../../src/graphon/sample/references/references.js'
import { blockChain, constantChain, degreeProductChain, sampleMasks } from '../../../src/graphon/sample/sample.js'
import { canonicalForm, sampleReference, simulateEstimators } from '../../../src/graphon/estimate/simulate.js'
import { distanceChains } from '../../../src/graphon/distances/chains.js'
import { density } from '../../../src/network/mask.js'
import { largestDifference } from '../support.js'

describe('samples of a known graphon', () => {
  it('have the density of its integral and are rectangular', () => {
    const { mask, P } = sampleReference(references['literature-4'], 300, 200, 1)
    expect([mask.rows, mask.cols]).toEqual([300, 200])
    // Positions vary more than entries: the mean of (u + v)/2 has variance (1/12)(1/300 + 1/200)/4.
    expect(Math.abs(density(mask) - 0.5)).toBeLessThan(5 * Math.sqrt(((1 / 12) * (1 / 300 + 1 / 200)) / 4))
    expect(Math.abs(P.data.reduce((a, b) => a + b, 0) / 60_000 - density(mask))).toBeLessThan(
      (5 * 0.5) / Math.sqrt(60_000),
    )
  })

  it('in canonical form go by degree, largest first', () => {
    const form = canonicalForm(references['literature-1'], 8)
    const expected = Float64Array.from(
      { length: 64 },
      (_, k) => (1 - (Math.floor(k / 8) + 0.5) / 8) * (1 - ((k % 8) + 0.5) / 8),
    )
    expect(largestDifference(form.data, expected)).toBeLessThan(1e-6)
  })
})

describe('the simulation suite', () => {
  it('sees errors fall with width, and a blind estimator stay', () => {
    const results = simulateEstimators({
      graphons: ['checkerboard', 'degree-product'],
      estimators: ['histogram', 'degree-product', 'block-model'],
      widths: [48, 144],
      trials: 2,
      seed: 1,
    })
    const rate = (graphon: string, estimator: string) =>
      results.find((r) => r.graphon === graphon && r.estimator === estimator)!.rate!
    expect(results).toHaveLength(6)
    expect(rate('degree-product', 'degree-product')).toBeGreaterThan(0.6)
    expect(rate('checkerboard', 'block-model')).toBeGreaterThan(1)
    expect(Math.abs(rate('checkerboard', 'histogram'))).toBeLessThan(0.2)
  })

  it('refuses widths that do not grow', () => {
    expect(() => simulateEstimators({ widths: [64, 32], trials: 1, seed: 0 })).toThrow(/increasing widths/)
    expect(() => simulateEstimators({ widths: [8], trials: 0, seed: 0 })).toThrow(RangeError)
  })

  it('auto is within 20 % of the best for graphons of every kind', () => {
    const results = simulateEstimators({
      graphons: ['gradient', 'checkerboard'],
      widths: [128],
      trials: 1,
      seed: 0,
    })
    for (const graphon of new Set(results.map((r) => r.graphon))) {
      const errors = results.filter((r) => r.graphon === graphon)
      const best = Math.min(...errors.map(({ points }) => points[0].error))
      expect(errors.find(({ estimator }) => estimator === 'auto')!.points[0].error).toBeLessThanOrEqual(
        1.2 * best + 1e-5,
      )
    }
  })
})

describe('an assessed estimate', () => {
  const shape = { inputs: 24, classes: 6, hidden: [4, 4] }

  it('has a held-out error of variance plus bias, below that of constants where there is structure', () => {
    const truth = blockChain(shape, { blocks: 2, within: 0.7, between: 0.1 })
    const trial = [sampleMasks(truth, [96, 96], 1)]
    const { risk, noise, chain } = assessChain(trial, { bins: 4, estimator: 'aligned' })
    expect(chain.trials).toBe(1)
    const variance = (0.7 * 0.3 + 0.1 * 0.9) / 2
    // Four standard errors, and the mean squared error of a fit of bins on top.
    expect(risk.heldOut).toBeGreaterThan(variance - 4 * risk.standardError)
    expect(risk.heldOut).toBeLessThan(variance + 4 * risk.standardError + 0.01)
    expect(risk.constant).toBeGreaterThan(0.22)
    expect(noise.halves).toBe('entries')
    for (const floor of [...noise.erdosRenyi, ...noise.splitHalf]) expect(floor).toBeLessThan(0.25)
  })

  it('has a noise floor that falls with trials, and halves of the trials', () => {
    const truth = constantChain(shape, 0.3)
    const trials = [1, 2, 3, 4].map((seed) => sampleMasks(truth, [64, 64], seed))
    const one = assessChain(trials.slice(0, 1), { bins: 4 })
    const four = assessChain(trials, { bins: 4 })
    expect(four.noise.halves).toBe('trials')
    expect(four.noise.erdosRenyi[1]).toBeLessThan(0.7 * one.noise.erdosRenyi[1])
    const error = distanceChains(four.chain, truth, { norm: 'l2' })[1].value
    expect(error).toBeLessThan(4 * (four.noise.splitHalf[1] + four.noise.erdosRenyi[1]))
  })

  it('takes one bin where there is nothing to see, more where there is', () => {
    expect(
      assessChain([sampleMasks(constantChain(shape, 0.3), [64, 64], 1)], { bins: 'auto' }).bins,
    ).toBeLessThanOrEqual(2)
    const sloped = degreeProductChain({ ...shape, hidden: [16, 16] }, { density: 0.25, slope: 1.8 })
    expect(assessChain([sampleMasks(sloped, [256, 256], 1)], { bins: 'auto' }).bins).toBeGreaterThanOrEqual(4)
  })

  it('warns in types, of dead units and empty matrices too', () => {
    const dead = sampleMasks(constantChain(shape, [0.02, 0.3, 0]), [32, 32], 1)
    const { warnings } = assessChain([dead], { bins: 16 })
    expect(warnings.map(({ kind, layer }) => `${kind} ${layer}`)).toEqual([
      'few-units-per-bin 1',
      'few-units-per-bin 2',
      'empty-matrix 3',
      'dead-units 1',
    ])
    expect(() => assessChain([])).toThrow(/at least one trial/)
  })
})

describe('simulate, estimate, simulate', () => {
  it('closes the loop: masks of another width drawn from an estimate have its graphon', () => {
    const shape = { inputs: 60, classes: 60, hidden: [8, 8] }
    const truth = degreeProductChain(shape, { density: 0.3, slope: 1.2 })
    const estimate = averageChains(
      [1, 2, 3].map((seed) => estimateChain(sampleMasks(truth, [400, 400], seed), { bins: 8 }).chain),
    )
    const again = averageChains(
      [4, 5, 6].map((seed) => estimateChain(sampleMasks(estimate, [320, 480], seed), { bins: 8 }).chain),
    )
    expect(distanceChains(estimate, truth, { norm: 'l2' })[1].value).toBeLessThan(0.025)
    expect(distanceChains(again, truth, { norm: 'l2' })[1].value).toBeLessThan(0.045)
  })
})
