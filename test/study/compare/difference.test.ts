import { describe, expect, it } from 'vitest'
import { randomStream } from '../../../src/random/random.js'
import { differenceOf, sampleOf } from '../../../src/study/compare/difference.js'

describe('differenceOf', () => {
  it('is the paired t interval of pairs', () => {
    const [a, b] = [
      [1, 2, 3, 4],
      [1.5, 2.1, 3.6, 4.4],
    ]
    const { difference, interval, paired, outcome } = differenceOf(sampleOf(a), sampleOf(b), true)
    // Differences 0.5, 0.1, 0.6, 0.4: mean 0.4, sd √(0.14/3); t of three degrees at 95 % is 3.182446.
    const reach = (3.182446305284263 * Math.sqrt(0.14 / 3)) / 2
    expect(difference).toBeCloseTo(0.4, 12)
    expect(interval![0]).toBeCloseTo(0.4 - reach, 9)
    expect(interval![1]).toBeCloseTo(0.4 + reach, 9)
    expect([paired, outcome]).toEqual([true, 'above'])
    expect(differenceOf(sampleOf(b), sampleOf(a), true).outcome).toBe('below')
  })

  it('is Welch’s with degrees of freedom rounded down where networks are independent', () => {
    const a = { mean: 10, sd: 1, n: 4 }
    const b = { mean: 10.5, sd: 3, n: 9 }
    const { interval, outcome, paired } = differenceOf(a, b, true)
    // (1/4 + 1)² / ((1/4)²/3 + 1/8) = 10.71: ten degrees, 2.228139.
    expect(interval![1]).toBeCloseTo(0.5 + 2.2281388519649385 * Math.sqrt(1.25), 9)
    expect([outcome, paired]).toEqual(['open', false])
  })

  it('says what is the same, and where nothing can be said', () => {
    expect(differenceOf(sampleOf([1, 2]), sampleOf([1, 2]), false)).toMatchObject({ outcome: 'same', difference: 0 })
    expect(differenceOf({ mean: 1, sd: 0, n: 0 }, { mean: 1, sd: 0, n: 0 }, false).outcome).toBe('same')
    expect(differenceOf(sampleOf([1]), sampleOf([2]), true)).toMatchObject({ outcome: 'unknown', interval: null })
    expect(differenceOf({ mean: 1, sd: 0, n: 0 }, { mean: 3, sd: 0, n: 0 }, true)).toMatchObject({
      outcome: 'unknown',
      difference: 2,
    })
    // No spread at all: the difference is what it is.
    expect(differenceOf(sampleOf([1, 1]), sampleOf([2, 2]), false)).toMatchObject({
      interval: [1, 1],
      outcome: 'above',
    })
  })

  it('pairs networks of one trial alone: where each study lacks another one, they are independent', () => {
    const [a, b] = [sampleOf([1, 2, 3], [0, 1, 2]), sampleOf([1.1, 3.1, 4.1], [0, 2, 3])]
    expect(differenceOf(a, b, true).paired).toBe(false)
    expect(differenceOf(a, sampleOf([1.1, 2.1, 3.1], [0, 1, 2]), true).paired).toBe(true)
    expect(differenceOf(a, sampleOf([1, 2, 3], [0, 1, 3]), true).outcome).not.toBe('same')
  })

  it.each([
    ['pairs', true],
    ['independent networks', false],
  ])('holds the truth in 95 of 100 cases: %s', (_, isPaired) => {
    const random = randomStream(3, 'coverage')
    const cases = 4000
    let held = 0
    for (let k = 0; k < cases; k++) {
      const shared = [0, 1, 2, 3, 4].map(() => (isPaired ? 5 * random.normal() : 0))
      const a = shared.map((s) => s + random.normal())
      const b = shared.map((s) => s + 0.7 + 2 * random.normal())
      const [low, high] = differenceOf(sampleOf(a), sampleOf(b), isPaired).interval!
      if (low <= 0.7 && 0.7 <= high) held++
    }
    // 4,000 draws know the share to 0.35 % (one deviation); degrees that are rounded down make Welch's a little wider.
    expect(held / cases).toBeGreaterThan(0.935)
    expect(held / cases).toBeLessThan(isPaired ? 0.965 : 0.975)
  })
})
