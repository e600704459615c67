import { describe, expect, it } from 'vitest'
import { weightEnergies } from '../../../../src/graphon/chain/energies.js'
import { assessChain } from '../../../../src/graphon/estimate/assess.js'
import { estimateChain, estimateLayers } from '../../../../src/graphon/estimate/estimate.js'
import { estimateGraphon } from '../../../../src/graphon/estimate/estimate-graphon.js'
import { assessMatrix, estimateMatrix } from '../../../../src/graphon/estimate/estimate-matrix.js'
import { candidateProblem } from '../../../../src/graphon/estimate/estimators/candidate.js'
import { candidates } from '../../../../src/graphon/estimate/estimators/candidates.js'
import { defineEstimator, type EstimatorInput } from '../../../../src/graphon/estimate/estimators/define.js'
import { estimatorNames, estimators } from '../../../../src/graphon/estimate/estimators/estimators.js'
import { sampleReference, simulateEstimators } from '../../../../src/graphon/estimate/simulate.js'
import { erdosRenyiFloor } from '../../../../src/graphon/convergence/noise.js'
import { references } from '../../../../src/graphon/sample/references/references.js'
import { createSpec, initialize } from '../../../../src/network/initialize.js'
import { applyMasks, prune } from '../../../../src/prune/prune.js'

const unpruned = initialize(createSpec({ sizes: [9, 24, 20, 4] }), 3)
const network = applyMasks(
  unpruned,
  prune(unpruned, { method: 'synflow', density: 0.4, scope: 'global', seed: 0 }).masks,
)
const masks = network.layers.map(({ mask }) => mask)
const { mask } = sampleReference(references['literature-1'], 40, 32, 1)

/** The table's estimator as a function of one matrix: what it guesses without a choice to make. */
const usvt = defineEstimator({
  name: 'my-usvt',
  probabilities: ({ values }) => candidates.usvt.probabilities(values, { bins: 'auto', seed: 0 }).data,
})

const density = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

describe('an estimator that a function defines', () => {
  it('is the table’s with the same probabilities, in every way to estimate', () => {
    const energies = weightEnergies(network)
    const same = (of: (estimator: 'usvt' | typeof usvt) => unknown) => {
      const [own, named] = [of(usvt), of('usvt')].map((found) => JSON.stringify(found).replaceAll('my-usvt', 'usvt'))
      expect(own).toBe(named)
    }
    same((estimator) => estimateChain(masks, { bins: 5, estimator, energies }))
    same((estimator) => estimateLayers(masks, { bins: 5, estimator }))
    same((estimator) => assessChain([masks], { bins: 'auto', estimator }))
    same((estimator) => estimateMatrix(mask, { bins: 6, estimator }))
    same((estimator) => assessMatrix(mask, { bins: 6, estimator }))
    same((estimator) => estimateGraphon([mask, mask], { estimator }))
    same((estimator) =>
      erdosRenyiFloor({ sizesA: [5, 9, 3], sizesB: [5, 12, 3], densities: [0.5, 0.5], trials: 1, seed: 2, estimator }),
    )
  })

  it('says its name', () => {
    expect(assessChain([masks], { estimator: usvt, bins: 4 }).estimator).toBe('my-usvt')
    expect(estimateLayers(masks, { estimator: usvt }).estimators).toEqual(['my-usvt'])
    expect(estimateGraphon(mask, { estimator: usvt, noise: false }).estimator).toBe('my-usvt')
    const [found] = simulateEstimators({ graphons: ['constant'], estimators: [usvt], widths: [8], trials: 1, seed: 1 })
    expect(found.estimator).toBe('my-usvt')
  })

  it('takes the setting that errs least on held-out entries, and the first where there is nothing to see', () => {
    const mixture = defineEstimator<'density' | 'rows'>({
      name: 'mixture',
      settings: ['density', 'rows'],
      probabilities({ values: { rows, cols, data }, setting }) {
        const whole = density(data)
        if (setting === 'density') return data.map(() => whole)
        const row = Array.from({ length: rows }, (_, i) => density(data.subarray(i * cols, (i + 1) * cols)))
        return data.map((_, k) => row[Math.floor(k / cols)])
      },
    })
    const probabilities = (name: 'constant' | 'two-blocks' | 'literature-1') => {
      const sample = sampleReference(references[name], 60, 60, 4).mask
      return { sample, found: mixture.probabilities(sample, { bins: 'auto', seed: 0 }).data }
    }
    const flat = probabilities('constant')
    expect(new Set(flat.found)).toEqual(new Set([density(flat.sample.data)]))
    const sloped = probabilities('literature-1')
    expect(new Set(sloped.found).size).toBeGreaterThan(1)
  })

  it('may change the copy that it is given, draws from the seed, and is brought into [0, 1]', () => {
    const before = mask.data.slice()
    const noisy = defineEstimator({
      name: 'noisy',
      probabilities({ values, random }) {
        const stream = random('noise')
        return values.data.fill(0).map(() => 3 * stream.uniform() - 1)
      },
    })
    const of = (seed: number) => noisy.probabilities(mask, { bins: 'auto', seed }).data
    expect(mask.data).toEqual(before)
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    expect(Math.min(...of(1))).toBe(0)
    expect(Math.max(...of(1))).toBe(1)
  })

  const by = (probabilities: (input: EstimatorInput<undefined>) => ArrayLike<number>) =>
    estimateChain(masks, { estimator: defineEstimator({ name: 'x', probabilities }) })

  it.each<[string, () => unknown, RegExp]>([
    ['a name with spaces', () => defineEstimator({ name: 'a b', probabilities: () => [] }), /name of letters/],
    [
      'no function',
      () => defineEstimator({ name: 'x' } as never),
      /x: expected a function probabilities, got undefined/,
    ],
    [
      'no settings',
      () => defineEstimator({ name: 'x', settings: [], probabilities: () => [] }),
      /x: expected a list of at least one setting/,
    ],
    ['too few numbers', () => by(() => [1]), /x: expected 216 probabilities, 24 × 9, got 1/],
    [
      'no numbers',
      () => by(({ values }) => values.data.map((_, k) => (k === 10 ? NaN : 0))),
      /x: expected finite probabilities, got NaN in row 2, column 2/,
    ],
    [
      'no estimator',
      () => estimateChain(masks, { estimator: {} as never }),
      /estimator: expected an estimator, whose name/,
    ],
    ['an unknown name', () => estimateGraphon(mask, { estimator: 'usv' as never }), /expected histogram, .*'usv'/],
  ])('is refused with the reason: %s', (_, act, message) => {
    expect(act).toThrow(message)
  })
})

describe('the table of estimators', () => {
  it('has every estimator under its own name', () => {
    for (const name of estimatorNames) expect(estimators[name].name).toBe(name)
    for (const candidate of Object.values(candidates)) expect(candidateProblem(candidate)).toBeUndefined()
    expect(candidateProblem(estimators.auto)).toMatch(/whose search is a function, got undefined/)
  })
})
