import { describe, expect, it } from 'vitest'
import { createChain } from '../../../../src/graphon/chain/chain.js'
import { chainEntries } from '../../../../src/graphon/estimate/estimators/auto.js'
import type { ChainInput } from '../../../../src/graphon/estimate/estimators/estimator.js'
import { estimators, estimatorNames } from '../../../../src/graphon/estimate/estimators/estimators.js'
import { blockChain, sampleMasks } from '../../../../src/graphon/sample/sample.js'
import { filled, matrix, type Matrix } from '../../../../src/linalg/matrix.js'
import { columnDegrees, type Mask } from '../../../../src/network/mask.js'
import { largestDifference, relabelHidden } from '../../support.js'

const columns = [0.2, 0.6, 0.4, 0.8]

/** d = 4 inputs of distinct densities, no other structure. */
const distinct = createChain({
  W: [matrix(1, 4, Float64Array.from(columns)), filled(3, 1, 0.5)],
  measures: [Float64Array.of(1)],
})

const unitEnergies = (masks: readonly Mask[]) =>
  masks.map(({ rows, cols, data }) => matrix(rows, cols, Float64Array.from(data)))

/** ∫ W0(u, j) du of every input. */
const inputDensities = (W: Matrix, measure: Float64Array) =>
  Array.from({ length: W.cols }, (_, j) => measure.reduce((sum, m, u) => sum + m * W.data[u * W.cols + j], 0))

describe.each(estimatorNames)('%s in a chain', (name) => {
  const masks = sampleMasks(distinct, [96], 2)
  const energies = unitEnergies(masks)
  const { chain } = estimators[name].chain({ masks, bins: 6, seed: 1, energies })

  it('has V = W for weights of unit energy, and c V for weights of energy c', () => {
    chain.W.forEach(({ data }, l) => expect(largestDifference(chain.V![l].data, data)).toBeLessThan(1e-12))
    const thrice = energies.map((m) => ({ ...m, data: m.data.map((value) => 3 * value) }))
    const { V } = estimators[name].chain({ masks, bins: 6, seed: 1, energies: thrice }).chain
    V!.forEach(({ data }, l) => {
      expect(
        largestDifference(
          data,
          chain.W[l].data.map((w) => 3 * w),
        ),
      ).toBeLessThan(1e-12)
    })
  })

  it('tells every input from every other: each keeps the density that it has', () => {
    const degrees = columnDegrees(masks[0])
    inputDensities(chain.W[0], chain.measures[0]).forEach((density, j) => {
      expect(Math.abs(density - degrees[j] / 96)).toBeLessThan(0.01)
    })
  })
})

describe('block-model in a chain', () => {
  const fit = (input: ChainInput) => estimators['block-model'].chain(input)

  it('errs less on the first matrix the more units there are', () => {
    const error = (n: number) => {
      const found = fit({ masks: sampleMasks(distinct, [n], 3), bins: 8, seed: 1 }).chain.W[0]
      return Math.sqrt(found.data.reduce((sum, w, k) => sum + (w - columns[k % 4]) ** 2, 0) / found.data.length)
    }
    const [narrow, wide] = [error(64), error(1024)]
    expect(wide).toBeLessThan(narrow / 2)
    // A mean of n entries per input, and no more error than that: √(p(1 − p)/n) is below 0.5/√n.
    expect(wide).toBeLessThan(1.5 * (0.5 / 32))
  })

  it.each([3, 30])('finds three pathways of hidden units from %i inputs', (inputs) => {
    const truth = blockChain({ inputs, classes: 3, hidden: [3, 3] }, { blocks: 3, within: 0.9, between: 0.1 })
    const masks = relabelHidden(sampleMasks(truth, [120, 120], 1), 5)
    const W = fit({ masks, bins: 3, seed: 1 }).chain.W[1]
    for (const w of W.data) expect(Math.min(Math.abs(w - 0.9), Math.abs(w - 0.1))).toBeLessThan(0.05)
    expect([...W.data].filter((w) => w > 0.5)).toHaveLength(3)
  })

  it('finds narrow layers beside wide ones', () => {
    const truth = blockChain({ inputs: 12, classes: 4, hidden: [4, 4] }, { blocks: 4, within: 0.9, between: 0.1 })
    const masks = relabelHidden(sampleMasks(truth, [160, 6], 1), 5)
    const entries = chainEntries(fit({ masks, bins: 4, seed: 1 }))
    expect(entries[0].data.filter((p) => p > 0.35 && p < 0.65)).toHaveLength(0)
  })
})

describe('a smoothed chain', () => {
  it('follows what an input does along a layer, which an estimate that merges inputs has averaged away', () => {
    // Two inputs of equal density, one falling and one rising with the richness of units; 30 others make the order.
    const K = 8
    const value = (u: number, j: number) => (j === 0 ? 0.8 - 0.6 * u : j === 1 ? 0.2 + 0.6 * u : 0.95 - 0.8 * u)
    const first = Float64Array.from({ length: K * 32 }, (_, k) => value((Math.floor(k / 32) + 0.5) / K, k % 32))
    const truth = createChain({
      W: [matrix(K, 32, first), filled(2, K, 0.5)],
      measures: [new Float64Array(K).fill(1 / K)],
    })
    const masks = relabelHidden(sampleMasks(truth, [800], 4), 2)
    for (const name of ['degree-product', 'sort-smooth'] as const) {
      const W = estimators[name].chain({ masks, bins: K, seed: 1 }).chain.W[0]
      expect(W.data[0]).toBeGreaterThan(W.data[(K - 1) * 32] + 0.3)
      expect(W.data[1]).toBeLessThan(W.data[(K - 1) * 32 + 1] - 0.3)
    }
  })
})
