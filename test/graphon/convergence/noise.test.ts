import { describe, expect, it } from 'vitest'
import { averageChains } from '../../../src/graphon/chain/average.js'
import { binNoise } from '../../../src/graphon/estimate/bin-noise.js'
import { convergence } from '../../../src/graphon/convergence/convergence.js'
import { distanceChains } from '../../../src/graphon/distances/chains.js'
import { erdosRenyiMask } from '../../../src/graphon/sample/erdos-renyi.js'
import { estimateChain } from '../../../src/graphon/estimate/estimate.js'
import { erdosRenyiFloor } from '../../../src/graphon/convergence/noise.js'
import { splitHalf } from '../../../src/graphon/distances/split-half.js'
import { constantChain, sampleMasks } from '../../../src/graphon/sample/sample.js'
import { randomStream } from '../../../src/random/random.js'

const [n, K, p] = [256, 16, 0.3]

describe('noise of a bin', () => {
  it('is √(p(1 − p))·K/n for unsorted masks', () => {
    expect(binNoise(p, n / K)).toBeCloseTo((Math.sqrt(p * (1 - p)) * K) / n, 15)
    const random = randomStream(1, 'unsorted')
    let squares = 0
    const trials = 20
    for (let trial = 0; trial < trials; trial++) {
      const means = new Float64Array(K * K)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (random.uniform() < p) means[Math.floor((i * K) / n) * K + Math.floor((j * K) / n)] += (K / n) ** 2
        }
      }
      squares += means.reduce((sum, value) => sum + (value - p) ** 2, 0)
    }
    const measured = Math.sqrt(squares / (trials * K * K))
    // 5120 squares: the relative standard error of their root is 1/√(2·5120), about 1 %.
    expect(Math.abs(measured / binNoise(p, n / K) - 1)).toBeLessThan(0.04)
  })

  it('refuses densities that are no densities', () => {
    expect(() => binNoise(NaN, 1)).toThrow(RangeError)
    expect(() => binNoise(1.5, 1)).toThrow(RangeError)
    expect(() => binNoise(0.5, 0)).toThrow(RangeError)
  })
})

describe('erdosRenyiMask', () => {
  it.each([0, 1, 30, 64, 100, 127, 128])('keeps exactly %i of 128 weights', (kept) => {
    const mask = erdosRenyiMask(8, 16, kept, randomStream(kept))
    expect(mask.kept).toBe(kept)
  })

  it.each([0.2, 0.8])('keeps every weight with probability %f', (density) => {
    const counts = new Float64Array(30)
    const draws = 3000
    for (let seed = 0; seed < draws; seed++) {
      erdosRenyiMask(5, 6, 30 * density, randomStream(seed)).data.forEach((value, k) => {
        counts[k] += value
      })
    }
    // χ² over 30 cells with sampling without replacement: mean 29, standard deviation about 7.6.
    const variance = draws * density * (1 - density)
    const chi2 = counts.reduce((sum, count) => sum + (count - draws * density) ** 2 / variance, 0) * (29 / 30)
    expect(chi2).toBeGreaterThan(8)
    expect(chi2).toBeLessThan(62)
  })

  it('refuses more ones than cells', () => {
    expect(() => erdosRenyiMask(2, 2, 5, randomStream(1))).toThrow(/0 … 4, got 5/)
    expect(() => erdosRenyiMask(2, 2, NaN, randomStream(1))).toThrow(RangeError)
  })
})

describe('erdosRenyiFloor', () => {
  const floor = (width: number, trials = 2) =>
    erdosRenyiFloor({
      sizesA: [8, width, width, 4],
      sizesB: [8, width, width, 4],
      densities: [p, p, p],
      trials,
      bins: K,
      seed: 1,
      repeats: 3,
    })

  it('falls like 1/n for a hidden-to-hidden matrix and like 1/√trials', () => {
    const [narrow, wide] = [floor(64)[1], floor(512)[1]]
    expect(narrow / wide).toBeGreaterThan(7)
    expect(narrow / wide).toBeLessThan(9)
    expect(floor(64)[1] / floor(64, 8)[1]).toBeGreaterThan(1.8)
    expect(floor(64)[1] / floor(64, 8)[1]).toBeLessThan(2.2)
  })

  it('is near the analytic √2·√(p(1 − p))·K/n / √trials in the middle, where sorting matters little', () => {
    expect(Math.abs(floor(512)[1] / binNoise(p, 512 / K) - 1)).toBeLessThan(0.1)
  })

  it('is zero for dense masks, and reproducible', () => {
    const dense = { sizesA: [3, 8, 2], sizesB: [3, 6, 2], densities: [1, 1], trials: 1, bins: 4, seed: 1 }
    for (const value of erdosRenyiFloor(dense)) expect(value).toBeCloseTo(0, 15)
    expect(floor(64)).toEqual(floor(64))
  })

  it('refuses wrong numbers of densities, trials and repeats', () => {
    const good = { sizesA: [3, 8, 2], sizesB: [3, 6, 2], densities: [1, 1], trials: 1, bins: 4, seed: 1 }
    expect(() => erdosRenyiFloor({ ...good, densities: [1] })).toThrow(/2 densities, got 1/)
    expect(() => erdosRenyiFloor({ ...good, densities: [1, NaN] })).toThrow(RangeError)
    expect(() => erdosRenyiFloor({ ...good, trials: 0 })).toThrow(RangeError)
    expect(() => erdosRenyiFloor({ ...good, repeats: 0 })).toThrow(RangeError)
  })
})

describe('splitHalf', () => {
  it('is null for one trial and √2 times the distance scale of half the trials otherwise', () => {
    const shape = { inputs: 4, classes: 2, hidden: [1, 1] }
    const trials = [1, 2, 3, 4].map(
      (seed) => estimateChain(sampleMasks(constantChain(shape, p), [n, n], seed), { bins: K }).chain,
    )
    expect(splitHalf(trials.slice(0, 1))).toBeNull()
    const even = averageChains([trials[0], trials[2]])
    const odd = averageChains([trials[1], trials[3]])
    expect(splitHalf(trials)).toEqual(distanceChains(even, odd, { norm: 'l2' }).map(({ value }) => value))
    // Two means of two trials each: √(σ²/2 + σ²/2) = σ.
    expect(Math.abs(splitHalf(trials)![1] / binNoise(p, n / K) - 1)).toBeLessThan(0.15)
  })
})

describe('convergence', () => {
  const shape = { inputs: 4, classes: 2, hidden: [6] }
  const ladder = [0.5, 0.3, 0.2].map((c, i) => ({
    width: [8, 16, 32][i],
    chain: constantChain({ ...shape, hidden: [[3], [6], [6]][i] }, c),
    splitHalf: i === 0 ? null : [0.01, 0.02],
  }))

  it('measures to the widest and to the next smaller width, on whatever bins they have', () => {
    const result = convergence(ladder, (narrow, wide) => [narrow + wide / 10, 7])
    expect(result.map(({ matrix }) => matrix)).toEqual([1, 2])
    const [{ points }] = result
    expect(points.map(({ width }) => width)).toEqual([8, 16, 32])
    const rounded = (value: number | null) => (value === null ? null : Math.round(value * 1e12) / 1e12)
    expect(points.map(({ toWidest }) => rounded(toWidest))).toEqual([0.3, 0.1, null])
    expect(points.map(({ successive }) => rounded(successive))).toEqual([null, 0.2, 0.1])
    expect(points.map(({ toWidestFloor }) => rounded(toWidestFloor))).toEqual([0.2, 1.2, null])
    expect(points.map(({ successiveFloor }) => rounded(successiveFloor))).toEqual([null, 0.1, 1.2])
    expect(result[1].points.map(({ splitHalf }) => splitHalf)).toEqual([null, 0.02, 0.02])
  })

  it('asks for the floor of each pair once', () => {
    const asked: string[] = []
    convergence(ladder, (narrow, wide) => {
      asked.push(`${narrow}${wide}`)
      return [0, 0]
    })
    expect(asked.sort()).toEqual(['01', '02', '12'])
  })

  it('has null floors without a floor, and nothing to compare with a single width', () => {
    const [{ points }] = convergence(ladder.slice(0, 1))
    expect(points).toEqual([
      { width: 8, toWidest: null, toWidestFloor: null, successive: null, successiveFloor: null, splitHalf: null },
    ])
    expect(convergence(ladder)[0].points[1].successiveFloor).toBeNull()
    expect(convergence([])).toEqual([])
  })

  it('refuses widths that do not increase', () => {
    expect(() => convergence([ladder[1], ladder[0]])).toThrow(/increasing positive widths, got 8 at place 1/)
  })
})
