import { describe, expect, it } from 'vitest'
import { estimateChain, estimateLayers } from '../../../../src/graphon/estimate/estimate.js'
import {
  candidateNames,
  candidates,
  type CandidateName,
} from '../../../../src/graphon/estimate/estimators/candidates.js'
import { estimators } from '../../../../src/graphon/estimate/estimators/estimators.js'
import { blockChain, constantChain, sampleMasks } from '../../../../src/graphon/sample/sample.js'
import { filled, matrix, type Matrix } from '../../../../src/linalg/matrix.js'
import { createMask, density } from '../../../../src/network/mask.js'
import { permutation, randomStream } from '../../../../src/random/random.js'
import { bernoulliMasks, largestDifference } from '../../support.js'

const names = Object.keys(estimators) as (keyof typeof estimators)[]
const options = { bins: 'auto', seed: 1 } as const

/** A Bernoulli mask of given probabilities. */
function drawn(P: Matrix, seed: number) {
  const random = randomStream(seed, 'drawn')
  return createMask(
    P.rows,
    P.cols,
    Uint8Array.from(P.data, (p) => (random.uniform() < p ? 1 : 0)),
  )
}

function tabulated(rows: number, cols: number, value: (i: number, j: number) => number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, k) => value(Math.floor(k / cols), k % cols)),
  )
}

const meanSquare = (a: Matrix, b: Matrix) =>
  a.data.reduce((sum, value, k) => sum + (value - b.data[k]) ** 2, 0) / a.data.length

describe.each(names)('%s', (name) => {
  it('gives back a constant weighted mask, and masks of nothing and everything', () => {
    for (const value of [0, 0.3, 1]) {
      const found = estimators[name].probabilities(filled(12, 20, value), options)
      expect([found.rows, found.cols]).toEqual([12, 20])
      expect(largestDifference(found.data, filled(12, 20, value).data)).toBeLessThan(1e-9)
    }
  })

  it('estimates probabilities of every entry of a rectangular mask, and the same ones again', () => {
    const mask = bernoulliMasks([40, 25], 0.4, 3)[0]
    const found = estimators[name].probabilities(mask, options)
    expect([found.rows, found.cols]).toEqual([25, 40])
    expect(found.data.every((p) => p >= 0 && p <= 1)).toBe(true)
    const mean = found.data.reduce((a, b) => a + b, 0) / 1000
    expect(Math.abs(mean - density(mask))).toBeLessThan(0.02)
    expect(estimators[name].probabilities(mask, options)).toEqual(found)
  })

  it('makes chains with exact inputs and classes and shared positions, and layers with K bins a side', () => {
    const masks = bernoulliMasks([7, 24, 18, 3], 0.5, 2)
    const { chain } = estimateChain(masks, { bins: 4, estimator: name })
    expect(chain.W.map(({ rows, cols }) => [rows, cols])).toEqual([
      [4, 7],
      [4, 4],
      [3, 4],
    ])
    expect(chain.measures.map((measure) => measure.length)).toEqual([4, 4])
    const { layers } = estimateLayers(masks, { bins: 3, estimator: name })
    expect([layers.matrices[0].W.rows, layers.matrices[0].W.cols]).toEqual([3, 3])
  })
})

/** Estimators without held-out entries and random starts. */
const fixed: readonly CandidateName[] = ['histogram', 'degree-product', 'usvt']

describe.each(fixed)('%s without chance', (name) => {
  it('does not care what units are called', () => {
    const [rows, cols] = [9, 14]
    // Row and column sums all differ, so that no tie is decided by an index.
    const values = tabulated(rows, cols, (i, j) => ((i + 1) * (j + 2)) / 160 + ((i * j) % 3) / 1000)
    const [p, q] = [permutation(rows, randomStream(1, 'rows')), permutation(cols, randomStream(1, 'cols'))]
    const renamed = tabulated(rows, cols, (i, j) => values.data[p[i] * cols + q[j]])
    const found = candidates[name].probabilities(values, { bins: 3, seed: 1 })
    const expected = tabulated(rows, cols, (i, j) => found.data[p[i] * cols + q[j]])
    const again = candidates[name].probabilities(renamed, { bins: 3, seed: 1 })
    expect(largestDifference(again.data, expected.data)).toBeLessThan(1e-9)
  })
})

describe('what each is exact for', () => {
  it('usvt keeps a signal of rank one far above its noise', () => {
    const P = tabulated(120, 90, (i, j) => (0.95 - i / 200) * (0.9 - j / 150))
    const found = candidates.usvt.probabilities(drawn(P, 1), options)
    // What rank one leaves of the noise: (n + m) of n·m directions.
    expect(meanSquare(found, P)).toBeLessThan(2 * 0.25 * (1 / 90 + 1 / 120))
    const [rows, cols] = [24, 30]
    const exact = tabulated(rows, cols, (i, j) => (i < 12 ? 1 : 0) * (j < 15 ? 1 : 0))
    expect(largestDifference(candidates.usvt.probabilities(exact, options).data, exact.data)).toBeLessThan(1e-9)
  })

  it('degree-product keeps the order of degrees and the total, also where entries reach 1', () => {
    const P = tabulated(100, 80, (i, j) => Math.min(1, (1.4 - i / 80) * (1 - j / 160)))
    const mask = drawn(P, 2)
    const found = candidates['degree-product'].probabilities(mask, options)
    expect(found.data.reduce((most, p) => Math.max(most, p))).toBe(1)
    expect(found.data.reduce((a, b) => a + b, 0) / 8000).toBeCloseTo(density(mask), 6)
    expect(meanSquare(found, P)).toBeLessThan(0.25 * (1 / 100 + 1 / 80))
  })

  it('block-model finds planted blocks, every unit of them', () => {
    const theta = [
      [0.9, 0.2, 0.5],
      [0.1, 0.8, 0.3],
    ]
    const block = (i: number, j: number) => theta[i % 2][j % 3]
    const P = tabulated(80, 120, block)
    const mask = drawn(P, 3)
    const found = candidates['block-model'].probabilities(mask, options)
    // Exactly the means over the planted blocks: 40 × 40 entries each.
    const sums = new Float64Array(6)
    mask.data.forEach((value, k) => {
      sums[(Math.floor(k / 120) % 2) * 3 + ((k % 120) % 3)] += value / 1600
    })
    const expected = tabulated(80, 120, (i, j) => sums[(i % 2) * 3 + (j % 3)])
    expect(largestDifference(found.data, expected.data)).toBeLessThan(1e-12)
  })

  it('block-model, neighbourhood and aligned see pathways that degrees do not show', () => {
    const P = tabulated(96, 96, (i, j) => (i % 2 === j % 2 ? 0.6 : 0.1))
    const mask = drawn(P, 4)
    const error = (name: CandidateName) => meanSquare(candidates[name].probabilities(mask, options), P)
    for (const name of ['block-model', 'neighbourhood', 'aligned'] as const) expect(error(name)).toBeLessThan(0.01)
    for (const name of ['histogram', 'sort-smooth', 'degree-product'] as const)
      expect(error(name)).toBeGreaterThan(0.05)
  })

  it('aligned finds pathways through a whole chain, at the mass of the masks', () => {
    const shape = { inputs: 40, classes: 4, hidden: [4, 4] }
    const truth = blockChain(shape, { blocks: 2, within: 0.8, between: 0.1 })
    const masks = sampleMasks(truth, [96, 96], 5)
    const { chain } = estimateChain(masks, { bins: 4, estimator: 'aligned' })
    // Whole bins are on one pathway: every entry of W1 is near 0.8 or 0.1, half of them each.
    const values = [...chain.W[1].data].sort((a, b) => a - b)
    expect(values[7]).toBeLessThan(0.2)
    expect(values[8]).toBeGreaterThan(0.7)
    chain.W.forEach(({ data }, l) => {
      expect(data.reduce((a, b) => a + b, 0) / data.length).toBeCloseTo(density(masks[l]), 12)
    })
    const sorted = estimateChain(masks, { bins: 4 }).chain.W[1].data
    expect(sorted.reduce((a, b) => Math.max(a, b))).toBeLessThan(0.7)
  })

  it('no estimator but USVT calls noise structure', () => {
    const masks = sampleMasks(constantChain({ inputs: 30, classes: 30, hidden: [2, 2] }, 0.3), [128, 128], 6)
    for (const name of candidateNames) {
      const P = candidates[name].probabilities(masks[1], options)
      const error = meanSquare(P, filled(128, 128, 0.3))
      expect(error).toBeLessThan(name === 'usvt' ? (2.2 * 0.21 * 2) / 128 : 2e-3)
    }
  })

  it('auto takes the estimator that fits', () => {
    const P = tabulated(96, 96, (i, j) => (i % 2 === j % 2 ? 0.6 : 0.1))
    const mask = drawn(P, 4)
    const best = Math.min(...candidateNames.map((name) => meanSquare(candidates[name].probabilities(mask, options), P)))
    expect(meanSquare(estimators.auto.probabilities(mask, options), P)).toBeLessThanOrEqual(1.2 * best)
  })
})
