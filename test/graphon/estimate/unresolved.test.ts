import { describe, expect, it } from 'vitest'
import { estimateGraphon } from '../../../src/graphon/estimate/estimate-graphon.js'
import { estimateChain } from '../../../src/graphon/estimate/estimate.js'
import type { EstimatorName } from '../../../src/graphon/estimate/estimators/estimators.js'
import { references } from '../../../src/graphon/sample/references/references.js'
import { blockChain, constantChain, degreeProductChain, sampleMasks } from '../../../src/graphon/sample/sample.js'
import { sampleReference } from '../../../src/graphon/estimate/simulate.js'
import { isUnresolved } from '../../../src/graphon/estimate/unresolved.js'
import { filled } from '../../../src/linalg/matrix.js'
import type { Mask } from '../../../src/network/mask.js'
import { bernoulliMasks, relabelHidden } from '../support.js'

const unresolved = (masks: readonly Mask[], estimator: EstimatorName, bins: number) =>
  estimateChain(masks, { bins, estimator }).warnings.filter(({ kind }) => kind === 'unresolved-structure')

describe('unresolved structure', () => {
  const truth = blockChain({ inputs: 9, classes: 3, hidden: [3, 3] }, { blocks: 3, within: 0.9, between: 0.1 })
  const masks = relabelHidden(sampleMasks(truth, [96, 96], 1), 2)

  it.each(['histogram', 'usvt', 'neighbourhood', 'degree-product'] as const)(
    'is told where %s sees pathways of equal degrees flat, with what finds them',
    (estimator) => {
      const found = unresolved(masks, estimator, 3)
      expect(found.map(({ layer }) => layer)).toContain(2)
      expect(found[0].message).toMatch(/try the estimator aligned or block-model/)
    },
  )

  it.each(['aligned', 'block-model'] as const)('is not told where %s finds them', (estimator) => {
    expect(unresolved(masks, estimator, 3)).toEqual([])
  })

  it('is told of one matrix, unless the estimator’s own order shows it', () => {
    const { mask } = sampleReference(references.checkerboard, 96, 96, 3)
    const kinds = (estimator: EstimatorName) =>
      estimateGraphon(mask, { estimator, bins: 4, noise: false }).warnings.map(({ kind }) => kind)
    expect(kinds('usvt')).toContain('unresolved-structure')
    expect(kinds('block-model')).toEqual([])
  })
})

describe('no false alarm', () => {
  it('of 100 Erdős–Rényi networks, of few inputs and many, sparse and dense', () => {
    for (let seed = 0; seed < 100; seed++) {
      const density = [0.03, 0.1, 0.3, 0.6][seed % 4]
      const masks = sampleMasks(
        constantChain({ inputs: [3, 40][seed % 2], classes: 5, hidden: [1, 1] }, density),
        [64, 48],
        seed,
      )
      for (const estimator of ['histogram', 'degree-product'] as const)
        expect(unresolved(masks, estimator, 8)).toEqual([])
    }
  })

  it('of degree products, in however few bins', () => {
    const truth = degreeProductChain({ inputs: 50, classes: 10, hidden: [64, 64] }, { density: 0.25, slope: 1.8 })
    for (const bins of [1, 2, 4, 32]) {
      for (const seed of [1, 2, 3]) {
        const masks = sampleMasks(truth, [192, 192], seed)
        for (const estimator of ['histogram', 'usvt'] as const) expect(unresolved(masks, estimator, bins)).toEqual([])
      }
    }
  })

  it('of weighted masks, empty masks, full ones and single rows', () => {
    expect(isUnresolved(filled(6, 6, 0.4), filled(6, 6, 0), 0)).toBe(false)
    expect(isUnresolved(filled(6, 6, 1), filled(6, 6, 1), 0)).toBe(false)
    expect(isUnresolved(filled(6, 6, 0), filled(6, 6, 0), 0)).toBe(false)
    const [row] = bernoulliMasks([30, 1], 0.5, 1)
    expect(isUnresolved(row, filled(1, 30, 0.5), 0)).toBe(false)
  })
})
