import { describe, expect, it } from 'vitest'
import { trendOf } from '../../../../src/graphon/convergence/limit-test/trend.js'
import { worst } from '../../../../src/graphon/convergence/limit-test/verdict.js'
import { randomStream } from '../../../../src/random/random.js'

const widths = [100, 200, 400, 800]

const noisy = (mean: (n: number) => number, sd: number, seed: number, trials = 8) =>
  widths.map((n) => Array.from({ length: trials }, (_, t) => mean(n) + sd * randomStream(seed, n, t).normal()))

describe('trendOf', () => {
  it.each([
    ['converged', () => 0.2],
    ['converged', (n: number) => 0.2 + 1 / n],
    ['converging', (n: number) => 0.2 + 40 / n],
    ['drifting', (n: number) => 0.2 + 1 / Math.log(n)],
    ['drifting', (n: number) => 0.1 * Math.log(n)],
    ['drifting', (n: number) => n ** -0.2],
  ] as const)('calls it %s', (verdict, mean) => {
    expect(trendOf(widths, noisy(mean, 1e-4, 1)).verdict).toBe(verdict)
  })

  it('does not decide what noise hides', () => {
    const found = trendOf(
      widths,
      noisy(() => 0.2, 0.1, 2),
    )
    expect(found.verdict).toBe('undecided')
    expect(found.moves).toBe(false)
  })

  it('takes a prescribed density, which has no spread, as it is', () => {
    expect(
      trendOf(
        widths,
        noisy(() => 0.3, 0, 1),
      ).verdict,
    ).toBe('converged')
    expect(
      trendOf(
        widths,
        noisy(() => 0, 0, 1),
      ).remaining,
    ).toBe(0)
  })

  it('does not depend on units', () => {
    const values = noisy((n) => 0.2 + 40 / n, 1e-3, 3)
    const scaled = values.map((trials) => trials.map((value) => value * 1024))
    const [a, b] = [trendOf(widths, values), trendOf(widths, scaled)]
    expect(b.verdict).toBe(a.verdict)
    expect(b.remaining).toBeCloseTo(a.remaining!, 10)
  })

  it('needs two widths, and three for a rate', () => {
    const values = noisy((n) => 0.2 + 40 / n, 1e-4, 4)
    expect(trendOf([100], values.slice(0, 1)).verdict).toBe('undecided')
    expect(trendOf([100, 200], values.slice(0, 2)).reason).toContain('three widths')
    expect(
      trendOf(
        widths,
        values.map((trials) => trials.slice(0, 1)),
      ).reason,
    ).toContain('one trial')
  })

  it('refuses what is not a number', () => {
    expect(() => trendOf([1], [[NaN]])).toThrow(RangeError)
    expect(() => trendOf([1, 2], [[1]])).toThrow(RangeError)
  })
})

describe('worst', () => {
  it('is drifting as soon as one drifts', () => {
    expect(worst(['converged', 'undecided', 'drifting', 'converging'])).toBe('drifting')
    expect(worst(['converged', 'converging'])).toBe('converging')
    expect(worst(['converged'])).toBe('converged')
  })
})

describe('a prescribed density', () => {
  it('that is rounded to whole weights has converged', () => {
    const cells = [12, 40, 144].map((n) => 7 * n)
    const trials = cells.map((total) => new Array<number>(3).fill(Math.floor(0.4 * total + 0.5) / total))
    const resolution = cells.map((total) => 1 / total)
    expect(trendOf([12, 40, 144], trials, { resolution }).verdict).toBe('converged')
  })
})
