import { describe, expect, it } from 'vitest'
import { findChainProblem } from '../../../src/graphon/chain/chain.js'
import { weightEnergies } from '../../../src/graphon/chain/energies.js'
import { constantLimitChain, type ConstantLimit, type LimitOptions } from '../../../src/graphon/limits/closed-form.js'
import { magnitudeLimit, magnitudeWidthLimit } from '../../../src/graphon/limits/magnitude.js'
import { tailEnergy, tailProbability } from '../../../src/graphon/limits/normal-tail.js'
import { randomLimit } from '../../../src/graphon/limits/random.js'
import { solveThreshold, tailQuantile } from '../../../src/graphon/limits/threshold.js'
import { density } from '../../../src/network/mask.js'
import { applyMasks, prune } from '../../../src/prune/prune.js'
import { networkOf } from './support.js'

describe('tails of a normal weight', () => {
  it.each([
    [0, 1],
    [1, 0.31731050786291415],
    [2, 0.04550026389635842],
    [3, 0.0026997960632601866],
    [6, 1.973175290075396e-9],
    [Infinity, 0],
  ])('P(|w| > %f) = %f, with a small relative error', (t, expected) => {
    expect(Math.abs(tailProbability(t) - expected)).toBeLessThanOrEqual(1e-12 * expected)
  })

  it('E[w²; |w| > t] has the derivative −t² · 2φ(t), starts at 1 and ends at 0', () => {
    expect(tailEnergy(0)).toBe(1)
    expect(tailEnergy(Infinity)).toBe(0)
    for (const t of [0.3, 1, 1.9, 2.1, 2.9, 3.1, 5]) {
      const h = 1e-5
      const slope = (tailEnergy(t + h) - tailEnergy(t - h)) / (2 * h)
      expect(slope).toBeCloseTo(-(t ** 2) * 2 * (Math.exp(-(t ** 2) / 2) / Math.sqrt(2 * Math.PI)), 8)
    }
  })

  it('finds a threshold in few evaluations, and is not misled by steps', () => {
    let evaluations = 0
    const found = solveThreshold((t) => (evaluations++, tailProbability(t / 1e6)), 0.2)
    expect(tailProbability(found / 1e6)).toBeCloseTo(0.2, 14)
    expect(evaluations).toBeLessThan(35)
    const step = solveThreshold((t) => (t < 0.37 ? 1 : 0), 0.5)
    expect(step).toBeCloseTo(0.37, 14)
  })

  it.each([1e-12, 1e-3, 0.2, 0.9, 1 - 1e-9])('P(|w| > tailQuantile(p)) = p at p = %f', (p) => {
    expect(Math.abs(tailProbability(tailQuantile(p)) - p)).toBeLessThan(1e-12)
  })

  it('finds the ends: nothing kept, everything kept', () => {
    expect(tailQuantile(0)).toBe(Infinity)
    expect(tailQuantile(1)).toBe(0)
    expect(() => solveThreshold(tailProbability, NaN)).toThrow(RangeError)
  })
})

const sizes = [30, 80, 80, 6]
const global: LimitOptions = { sizes, density: 0.2, scope: 'global' }
const counts = sizes.slice(1).map((rows, i) => rows * sizes[i])

/** Densities of every matrix over many drawn and pruned networks. */
function pruned(method: 'random' | 'magnitude', scope: 'global' | 'layer', trials: number): number[][] {
  return Array.from({ length: trials }, (_, seed) =>
    prune(networkOf(sizes, seed), { method, density: 0.2, scope, seed }).masks.map(density),
  )
}

function expectAgreement(limit: ConstantLimit, found: readonly (readonly number[])[]): void {
  limit.densities.forEach((expected, l) => {
    const values = found.map((trial) => trial[l])
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
    const deviation = limit.deviations[l]
    expect(Math.abs(mean - expected)).toBeLessThan((4 * deviation) / Math.sqrt(values.length) + 0.5 / counts[l])
    if (deviation === 0) return
    // χ² with 79 degrees of freedom: a standard deviation is known to 8 %.
    expect(Math.sqrt(variance) / deviation).toBeGreaterThan(0.7)
    expect(Math.sqrt(variance) / deviation).toBeLessThan(1.3)
  })
}

describe('random pruning', () => {
  it.each(['global', 'layer'] as const)('has constant graphons with the fluctuation stated, scope %s', (scope) => {
    expectAgreement(randomLimit({ ...global, scope }), pruned('random', scope, 80))
  })
})

describe('magnitude pruning', () => {
  it.each(['global', 'layer'] as const)(
    'has the densities and fluctuations of the threshold equation, scope %s',
    (scope) => {
      expectAgreement(magnitudeLimit({ ...global, scope }), pruned('magnitude', scope, 80))
    },
  )

  it('meets the budget to 1e-12', () => {
    for (const target of [0.5, 0.2, 0.05, 0.001]) {
      const { densities } = magnitudeLimit({ ...global, density: target })
      const kept = densities.reduce((sum, p, l) => sum + p * counts[l], 0)
      const total = counts.reduce((a, b) => a + b, 0)
      expect(Math.abs(kept / total - target)).toBeLessThan(1e-12)
    }
  })

  it('has the energies of what is kept', () => {
    const { energies } = magnitudeLimit(global)
    const trials = 20
    const found = Array.from({ length: trials }, (_, seed) => {
      const network = networkOf(sizes, seed)
      const { masks } = prune(network, { method: 'magnitude', density: 0.2, scope: 'global', seed })
      return weightEnergies(applyMasks(network, masks)).map(({ data }) => data.reduce((a, b) => a + b, 0) / data.length)
    })
    energies.forEach((expected, l) => {
      const mean = found.reduce((sum, trial) => sum + trial[l], 0) / trials
      // E[w⁴] = 3 bounds the variance of one weight's energy.
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(3 / (counts[l] * trials)))
    })
  })

  it('depends on ratios of σ_w² only', () => {
    const { densities } = magnitudeLimit({ ...global, sigmaW2: [1, 2, 1] })
    magnitudeLimit({ ...global, sigmaW2: [4, 8, 4] }).densities.forEach((p, l) =>
      expect(p).toBeCloseTo(densities[l], 12),
    )
  })

  it.each([
    [[784, 1, 1, 10], 0.2],
    [[784, 1, 2, 3, 10], 0.05],
    [[100, 1, 10], 0.2],
    [[10, 1, 100], 0.2],
  ])('approaches its width limit: sizes %j × n, density %f', (proportions, target) => {
    const at = (n: number) => {
      const scaled = proportions.map((size, i) => (i > 0 && i < proportions.length - 1 ? size * n : size))
      return magnitudeLimit({ sizes: scaled, density: target, scope: 'global' })
    }
    const limit = magnitudeWidthLimit({ sizes: proportions, density: target, scope: 'global' })
    const distance = (n: number) => Math.max(...at(n).densities.map((p, l) => Math.abs(p - limit.densities[l])))
    expect(distance(1e11)).toBeLessThan(1e-3)
    limit.energies.forEach((energy, l) => expect(Math.abs(at(1e11).energies[l] - energy)).toBeLessThan(1e-2))
    expect(limit.deviations).toEqual(limit.densities.map(() => 0))
  })

  it('fills the first matrix at rate ½, with two hidden layers', () => {
    const missing = (n: number) => 1 - magnitudeLimit({ ...global, sizes: [784, n, n, 10] }).densities[0]
    expect(missing(4e8) / missing(1e8)).toBeCloseTo(0.5, 3)
  })

  it('has its limit at every width when each layer has its own budget', () => {
    const layer = { ...global, scope: 'layer' } as const
    expect(magnitudeWidthLimit(layer).densities).toEqual(magnitudeLimit(layer).densities)
  })
})

describe('closed forms', () => {
  it('make chains with a bin per hidden layer, exact inputs and classes', () => {
    const chain = constantLimitChain(sizes, magnitudeLimit(global))
    expect(findChainProblem(chain)).toBeUndefined()
    expect(chain.W.map(({ rows, cols }) => [rows, cols])).toEqual([
      [1, 30],
      [1, 1],
      [6, 1],
    ])
    expect(chain.V!.every(({ data }, l) => data.every((v, k) => v > chain.W[l].data[k]))).toBe(true)
  })

  it.each([0, 1.1, NaN])('refuse the density %f', (target) => {
    for (const limit of [randomLimit, magnitudeLimit, magnitudeWidthLimit]) {
      expect(() => limit({ ...global, density: target })).toThrow(RangeError)
    }
  })

  it('refuse networks that cannot be, or cannot grow', () => {
    expect(() => magnitudeLimit({ ...global, sizes: [3] })).toThrow(RangeError)
    expect(() => magnitudeLimit({ ...global, sigmaW2: [1, -1, 1] })).toThrow(RangeError)
    expect(() => magnitudeWidthLimit({ ...global, sizes: [3, 2] })).toThrow(/hidden layer/)
  })
})
