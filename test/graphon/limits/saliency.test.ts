import { describe, expect, it } from 'vitest'
import { compareWithEstimate } from '../../../src/graphon/limits/compare.js'
import { snipProfiles, synflowProfiles, type Profile } from '../../../src/graphon/limits/profiles.js'
import { fitRankOne } from '../../../src/graphon/limits/rank-one.js'
import { tailProbability } from '../../../src/graphon/limits/normal-tail.js'
import { predictions, predictMasks } from '../../../src/graphon/limits/predictions.js'
import { saliencyLimit } from '../../../src/graphon/limits/saliency.js'
import { filled, matrix, type Matrix } from '../../../src/linalg/matrix.js'
import { effectiveWeight } from '../../../src/network/forward.js'
import { applyMasks, prune } from '../../../src/prune/prune.js'
import { bernoulliMasks, randomMatrix } from '../support.js'
import { networkOf, unevenBatch } from './support.js'

const outer = (r: Float64Array, c: Float64Array): Matrix =>
  matrix(
    r.length,
    c.length,
    Float64Array.from({ length: r.length * c.length }, (_, k) => r[Math.floor(k / c.length)] * c[k % c.length]),
  )

const misfitOf = (A: Matrix, B: Matrix): number =>
  A.data.reduce((sum, a, k) => sum + (a - B.data[k]) ** 2, 0) / A.data.reduce((sum, a) => sum + a * a, 0)

const positive = (n: number, seed: number) => randomMatrix(1, n, seed, 'uniform').data.map((x) => 0.1 + x)

const profile = (rows: number, cols: number, seed: number): Profile => ({
  rows: positive(rows, seed),
  cols: positive(cols, seed + 1),
  misfit: 0,
})

describe('fitRankOne', () => {
  it('finds a product exactly, zero rows and columns included', () => {
    const [r, c] = [positive(7, 1), positive(5, 2)]
    r[3] = c[0] = 0
    const fit = fitRankOne(outer(r, c))
    expect(fit.misfit).toBeLessThan(1e-12)
    expect(misfitOf(outer(r, c), outer(fit.rows, fit.cols))).toBeLessThan(1e-12)
    expect([fit.rows[3], fit.cols[0]]).toEqual([0, 0])
  })

  it('is stationary and better than row and column means', () => {
    const A = randomMatrix(12, 9, 3, 'uniform')
    const fit = fitRankOne(A)
    expect(misfitOf(A, outer(fit.rows, fit.cols))).toBeCloseTo(fit.misfit, 12)
    const sums = (byRow: boolean) =>
      Float64Array.from({ length: byRow ? A.rows : A.cols }, (_, i) =>
        A.data.reduce((sum, a, k) => sum + ((byRow ? Math.floor(k / A.cols) : k % A.cols) === i ? a : 0), 0),
      )
    const total = A.data.reduce((a, b) => a + b, 0)
    const means = outer(
      sums(true),
      sums(false).map((c) => c / total),
    )
    expect(fit.misfit).toBeLessThan(misfitOf(A, means))
    for (const factor of [0.99, 1.01]) {
      const nudged = fit.rows.map((r, i) => (i === 2 ? r * factor : r))
      expect(misfitOf(A, outer(nudged, fit.cols))).toBeGreaterThan(fit.misfit)
    }
  })

  it('gives the zero matrix the profile 0, and refuses what is no magnitude', () => {
    expect(fitRankOne(matrix(2, 3)).rows).toEqual(new Float64Array(2))
    expect(() => fitRankOne(filled(2, 2, -1))).toThrow(RangeError)
    expect(() => fitRankOne(filled(2, 2, NaN))).toThrow(RangeError)
  })
})

describe('saliencyLimit', () => {
  const profiles = [profile(8, 5, 10), profile(6, 8, 20), profile(3, 6, 30)]
  const counts = [40, 48, 18]

  it('is constant when the profiles are', () => {
    const flat = counts.map((): Profile => ({
      rows: new Float64Array(4).fill(2),
      cols: new Float64Array(3).fill(5),
      misfit: 0,
    }))
    for (const { data } of saliencyLimit(flat, 0.3, 'global').probabilities) {
      data.forEach((p) => expect(p).toBeCloseTo(0.3, 11))
    }
  })

  it('meets the budget of all matrices together, or of each', () => {
    const global = saliencyLimit(profiles, 0.3, 'global')
    const kept = global.densities.reduce((sum, p, l) => sum + p * counts[l], 0)
    expect(kept / 106).toBeCloseTo(0.3, 11)
    expect(new Set(global.thresholds).size).toBe(1)
    saliencyLimit(profiles, 0.3, 'layer').densities.forEach((p) => expect(p).toBeCloseTo(0.3, 11))
  })

  it('depends on products of profiles, and not on their unit', () => {
    const scaled = profiles.map(({ rows, cols }) => ({
      rows: rows.map((r) => 6 * r),
      cols: cols.map((c) => c / 2),
      misfit: 0,
    }))
    const [a, b] = [profiles, scaled].map((given) => saliencyLimit(given, 0.2, 'global').probabilities)
    a.forEach(({ data }, l) => data.forEach((p, k) => expect(b[l].data[k]).toBeCloseTo(p, 11)))
  })

  it('takes a residual that is always 2 like profiles that are twice as large', () => {
    const twice = (l: number) => (l === 1 ? 2 : 1)
    const byRows = profiles.map((p, l) => ({ ...p, rows: p.rows.map((r) => r * twice(l)) }))
    const byResidual = profiles.map((p, l) => ({ ...p, residual: Float64Array.of(twice(l)) }))
    const [a, b] = [byRows, byResidual].map((given) => saliencyLimit(given, 0.2, 'global').probabilities)
    a.forEach(({ data }, l) => data.forEach((p, k) => expect(Math.abs(b[l].data[k] - p)).toBeLessThan(1e-4)))
  })

  it('is the tail of a normal weight at τ/(r c), to twelve digits', () => {
    const { probabilities, thresholds } = saliencyLimit(profiles, 0.3, 'layer')
    profiles.forEach(({ rows, cols }, l) =>
      outer(rows, cols).data.forEach((rc, k) => {
        expect(Math.abs(probabilities[l].data[k] - tailProbability(thresholds[l] / rc))).toBeLessThan(2e-12)
      }),
    )
  })

  it('prunes what has no saliency, and keeps no more than the rest', () => {
    const blind = profiles.map((p, l) => (l === 0 ? { ...p, cols: p.cols.map((c, j) => (j < 2 ? 0 : c)) } : p))
    const { probabilities, densities } = saliencyLimit(blind, 1, 'global')
    expect(densities).toEqual([3 / 5, 1, 1])
    expect(probabilities[0].data.slice(0, 3)).toEqual(Float64Array.of(0, 0, 1))
  })

  it('refuses densities and profiles that cannot be', () => {
    for (const density of [0, 1.5, NaN]) expect(() => saliencyLimit(profiles, density, 'global')).toThrow(RangeError)
    expect(() => saliencyLimit([], 0.2, 'global')).toThrow(RangeError)
  })
})

describe('measured profiles', () => {
  const sizes = [40, 96, 96, 8]
  const network = networkOf(sizes, 5)

  it('of SynFlow in one round are exact: |w| R C chooses the very same weights', () => {
    const profiles = synflowProfiles(network)
    const { masks } = prune(network, { method: 'synflow', density: 0.2, scope: 'global', seed: 0, rounds: 1 })
    const scores = profiles.map(({ rows, cols }, l) => {
      const { data } = effectiveWeight(network, l, false)
      const deviation = Math.sqrt(network.spec.sigmaW2[l] / sizes[l])
      return outer(rows, cols).data.map((rc, k) => (rc * Math.abs(data[k])) / deviation)
    })
    const weakest = Math.min(
      ...scores.map((s, l) => s.reduce((m, x, k) => (masks[l].data[k] ? Math.min(m, x) : m), Infinity)),
    )
    const strongest = Math.max(
      ...scores.map((s, l) => s.reduce((m, x, k) => (masks[l].data[k] ? m : Math.max(m, x)), 0)),
    )
    expect(weakest).toBeGreaterThan(strongest * (1 - 1e-12))
  })

  it('of SNIP on one sample are exact, with a residual of 1', () => {
    for (const { misfit, residual } of snipProfiles(network, unevenBatch(40, 8, 1, 2))) {
      expect(misfit).toBeLessThan(1e-10)
      residual!.forEach((ratio) => expect(ratio).toBeCloseTo(1, 4))
    }
  })

  it('of SNIP predict the densities and nearly all structure of the masks', () => {
    const batch = unevenBatch(40, 8, 128, 3)
    const { masks } = prune(network, { method: 'snip', density: 0.2, scope: 'global', seed: 0, batch })
    const { probabilities } = saliencyLimit(snipProfiles(network, batch), 0.2, 'global')
    const { agreement } = compareWithEstimate(probabilities, masks, { bins: 12, seed: 1 })
    for (const { predictedDensity, density } of agreement)
      expect(Math.abs(predictedDensity / density - 1)).toBeLessThan(0.1)
    for (const { explained } of agreement.slice(0, 2)) expect(explained).toBeGreaterThan(0.9)
  })
})

describe('compareWithEstimate', () => {
  it('finds only noise in masks that the prediction drew, and no structure in a constant', () => {
    const masks = bernoulliMasks([20, 60, 60, 5], 0.3, 4)
    const constant = masks.map(({ rows, cols }) => filled(rows, cols, 0.3))
    const { agreement } = compareWithEstimate(constant, masks, { bins: 8, seed: 1, simulations: 8 })
    for (const { distance, floor, explained } of agreement) {
      expect(distance / floor).toBeGreaterThan(0.7)
      expect(distance / floor).toBeLessThan(1.4)
      expect(explained).toBeNull()
    }
  })

  it('refuses predictions of another network', () => {
    const masks = bernoulliMasks([4, 6, 3], 0.5, 1)
    const constant = masks.map(({ rows, cols }) => filled(rows, cols, 0.5))
    expect(() => compareWithEstimate(constant.slice(1), masks, { bins: 2, seed: 0 })).toThrow(/2 matrices/)
    expect(() => compareWithEstimate([...constant].reverse(), masks, { bins: 2, seed: 0 })).toThrow(/6 × 4/)
    expect(() => compareWithEstimate(constant, masks, { bins: 0, seed: 0 })).toThrow(RangeError)
    expect(() => compareWithEstimate(constant, masks, { bins: 2, seed: 0, simulations: NaN })).toThrow(RangeError)
  })
})

describe('predictMasks', () => {
  const network = networkOf([12, 20, 4], 1)
  const batch = unevenBatch(12, 4, 32, 2)
  const input = { spec: network.spec, density: 0.3, scope: 'global', network, batch } as const

  it('meets the budget by every form that is known', () => {
    for (const [name, { needs }] of Object.entries(predictions)) {
      const method = name as keyof typeof predictions
      if (needs === null) {
        expect(() => predictMasks(method, input)).toThrow(/no closed form for grasp/)
        continue
      }
      const kept = predictMasks(method, input).reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0), 0)
      expect(kept / (12 * 20 + 20 * 4)).toBeCloseTo(0.3, 9)
    }
  })

  it('looks at the weights before pruning, whatever the network’s masks are', () => {
    const { masks } = prune(network, { method: 'snip', density: 0.3, scope: 'global', seed: 0, batch })
    const pruned = applyMasks(network, masks)
    expect(predictMasks('snip', { ...input, network: pruned })).toEqual(predictMasks('snip', input))
  })

  it('says what it needs', () => {
    const { spec, density, scope } = input
    expect(() => predictMasks('snip', { spec, density, scope })).toThrow(/network at initialisation/)
    expect(() => predictMasks('snip', { spec, density, scope, network })).toThrow(/samples/)
  })
})
