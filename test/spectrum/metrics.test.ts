import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measureSpectrum, missingMetrics, spectralMetrics } from '../../src/spectrum/metrics.js'
import { spectralSummary } from '../../src/spectrum/summary.js'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const measure = (eigenvalues: readonly number[]) => measureSpectrum({ eigenvalues, trace: sum(eigenvalues) })
const powerLaw = (n: number, alpha: number): number[] => Array.from({ length: n }, (_, k) => 3 * (k + 1) ** -alpha)

describe('decay exponent', () => {
  it('is exact for a power law, with no standard error', () => {
    for (const alpha of [-0.5, 0, 0.7, 2, 4]) {
      const { decay } = measure(powerLaw(200, alpha))
      expect(decay.alpha).toBeCloseTo(alpha, 12)
      expect(decay.standardError).toBeNull()
      expect([decay.from, decay.to]).toEqual([1, 50])
    }
  })

  it('looks at no more than 50 eigenvalues, and stops at 1e-12 λ₁', () => {
    const bent = powerLaw(80, 1).map((value, k) => (k < 50 ? value : value * 1e-3))
    expect(measure(bent).decay.alpha).toBeCloseTo(1, 12)
    const cut = measure([1, 0.5, 1.1e-12, 0.9e-12, 1e-20, -1e-18]).decay
    expect([cut.from, cut.to]).toEqual([1, 3])
  })

  it('has the standard error of a line through three points, by hand', () => {
    // x = 0, log 2, log 3 and y = 0, 0, −1.
    const [a, b] = [Math.log(2), Math.log(3)]
    const meanX = (a + b) / 3
    const xx = meanX ** 2 + (a - meanX) ** 2 + (b - meanX) ** 2
    const slope = -(b - meanX) / xx
    const line = (x: number): number => -1 / 3 + slope * (x - meanX)
    const squares = line(0) ** 2 + line(a) ** 2 + (line(b) + 1) ** 2
    const { decay } = measure([1, 1, Math.exp(-1)])
    expect(decay.alpha).toBeCloseTo(-slope, 13)
    expect(decay.standardError).toBeCloseTo(Math.sqrt(squares / 1 / xx), 13)
  })

  it('needs two points for α and three for its error', () => {
    expect(measure([2]).decay).toEqual({ alpha: null, standardError: null, from: 1, to: 1 })
    const two = measure([2, 1]).decay
    expect(two.alpha).toBeCloseTo(1, 14)
    expect(two.standardError).toBeNull()
    expect(measure([-1, -2]).decay).toEqual({ alpha: null, standardError: null, from: null, to: null })
  })
})

describe('spectral metrics', () => {
  it('are what the formulas say for 8, 4, 2, 1, 1, 0', () => {
    const metrics = measure([8, 4, 2, 1, 1, 0])
    expect(metrics.effectiveRank).toBe(2)
    expect(metrics.gap).toBe(2)
    expect(metrics.topEnergy['5']).toBe(1)
    expect(metrics.conditionNumber).toBeNull()
    // Entropy of (1/2, 1/4, 1/8, 1/16, 1/16) is 15/8 bits.
    expect(metrics.entropyRank).toBeCloseTo(2 ** (15 / 8), 13)
  })

  it('give a multiple of the identity full rank, no gap and condition number one', () => {
    const metrics = measure(Array.from({ length: 10 }, () => 0.25))
    expect(metrics.effectiveRank).toBeCloseTo(10, 13)
    expect(metrics.entropyRank).toBeCloseTo(10, 12)
    expect(metrics.gap).toBe(1)
    expect(metrics.conditionNumber).toBe(1)
    expect(metrics.topEnergy['5']).toBeCloseTo(0.5, 14)
    expect(metrics.decay.alpha).toBeCloseTo(0, 14)
  })

  it('of shares and ranks are null for a kernel with a negative eigenvalue, and say why', () => {
    const indefinite = { eigenvalues: [3, -1], trace: 2 }
    const { effectiveRank, entropyRank, topEnergy, gap, conditionNumber } = measureSpectrum(indefinite)
    expect([effectiveRank, entropyRank, topEnergy['5'], gap, conditionNumber]).toEqual(Array(5).fill(null))
    const why = 'the kernel is not positive semidefinite: its smallest eigenvalue is −0.333 λ₁'
    const { decay, ...reasons } = missingMetrics(indefinite)
    expect(decay).toBe('one eigenvalue is above the floor')
    expect(reasons).toEqual({ effectiveRank: why, entropyRank: why, gap: why, topEnergy: why, conditionNumber: why })
    const { effectiveRank: rank, warning } = spectralSummary([3, -1])
    expect([rank, warning]).toEqual([null, expect.stringMatching(/^is not positive semidefinite: .*−0\.333 λ₁$/)])
  })

  it('have a reason exactly where they are null', () => {
    for (const values of [[1], [1, 0], [1, 1], [1, 1, 1], [3, 2, 1], [0, 0], [-1, -2], [1, -1e-14], [2, 1, -1]]) {
      const known = { eigenvalues: values, trace: sum(values) }
      for (const spectrum of [known, { ...known, n: values.length + 7, smallest: 0 }]) {
        const nulls = Object.entries(measureSpectrum(spectrum)).filter(([, value]) =>
          typeof value === 'object' && value !== null ? Object.values(value).includes(null) : value === null,
        )
        expect(Object.keys(missingMetrics(spectrum)).sort()).toEqual(nulls.map(([name]) => name).sort())
      }
    }
  })

  it('call a kernel singular from both sides of n · 2^-52', () => {
    const level = 2 * 2 ** -52
    expect(measure([1, level]).conditionNumber).toBeNull()
    expect(measure([1, level]).gap).toBeNull()
    expect(measure([1, 1.01 * level]).conditionNumber).toBeCloseTo(1 / (1.01 * level), 0)
    expect(measure([1, 1.01 * level]).gap).toBeCloseTo(1 / (1.01 * level), 0)
  })

  it('are null, never NaN, for a zero kernel', () => {
    expect(measure([0, 0, 0])).toEqual({
      decay: { alpha: null, standardError: null, from: null, to: null },
      effectiveRank: null,
      entropyRank: null,
      gap: null,
      topEnergy: { '5': null },
      conditionNumber: null,
      rank: 0,
    })
    const { effectiveRank, entropyRank, top5Energy } = spectralSummary([0, 0, 0])
    expect([effectiveRank, entropyRank, top5Energy]).toEqual([0, 0, 0])
  })

  it('do not change when the kernel is multiplied by a constant', () => {
    const value = fc.double({ min: 1e-3, max: 1, noNaN: true })
    const scale = fc.constantFrom(2 ** -900, 2 ** -20, 2 ** 40, 2 ** 900)
    fc.assert(
      fc.property(fc.array(value, { minLength: 3, maxLength: 60 }), scale, (values, factor) => {
        const eigenvalues = values.sort((a, b) => b - a)
        expect(measure(eigenvalues.map((x) => x * factor))).toEqual(measure(eigenvalues))
      }),
      { seed: 3, numRuns: 50 },
    )
  })

  it('say what they are', () => {
    for (const { label, description } of Object.values(spectralMetrics)) {
      expect(label.length).toBeGreaterThan(0)
      expect(description.length).toBeGreaterThan(0)
    }
  })

  it('appear flat in a summary whose trace is the sum of the eigenvalues', () => {
    const eigenvalues = powerLaw(30, 1.5)
    const { decay, topEnergy, rank, ...rest } = measure(eigenvalues)
    const summary = spectralSummary(eigenvalues)
    expect(summary).toMatchObject({ ...rest, effectiveRank: expect.closeTo(rest.effectiveRank!, 12) as number })
    expect(summary.alpha).toBe(decay.alpha)
    expect(summary.alphaStandardError).toBe(decay.standardError)
    expect(summary.top5Energy).toBeCloseTo(topEnergy['5']!, 13)
    expect(summary.trace).toBeCloseTo(sum(eigenvalues), 13)
    expect([rank, summary.warning]).toEqual([30, null])
  })
})
