import { describe, expect, it } from 'vitest'
import {
  boundedRate,
  rateRange,
  rateText,
  fitChanges,
  fitPowerLaw,
} from '../../../../src/graphon/convergence/limit-test/power-law.js'
import { squaredDistance } from '../../../../src/graphon/convergence/limit-test/squared-distance.js'
import { meanOf } from '../../../../src/graphon/convergence/limit-test/statistics.js'
import { randomStream } from '../../../../src/random/random.js'

describe('meanOf', () => {
  it('has no standard error with one sample', () => {
    expect(meanOf([0.25])).toEqual({ value: 0.25, standardError: NaN })
    expect(meanOf([1, 3]).standardError).toBeCloseTo(1, 15)
  })
})

describe('squaredDistance', () => {
  const draw = (trials: number, mean: readonly number[], sd: number, label: string, seed: number) =>
    Array.from({ length: trials }, (_, t) => {
      const random = randomStream(seed, label, t)
      return Float64Array.from(mean, (m) => m + sd * random.normal())
    })

  it('is the mean of ⟨x_i − y_j, x_k − y_l⟩ over different trials', () => {
    const [x, y] = [draw(4, [1, 2, 3], 1, 'x', 1), draw(3, [0, 2, 5], 1, 'y', 1)]
    let [sum, count] = [0, 0]
    x.forEach((a, i) =>
      x.forEach((b, k) =>
        y.forEach((c, j) =>
          y.forEach((d, l) => {
            if (i === k || j === l) return
            sum += a.reduce((total, value, e) => total + (value - c[e]) * (b[e] - d[e]), 0)
            count++
          }),
        ),
      ),
    )
    expect(squaredDistance(x, y).value).toBeCloseTo(sum / count, 12)
  })

  it('jackknifes as leaving trials out does', () => {
    const [x, y] = [draw(5, [1, 2, 3], 1, 'x', 2), draw(4, [0, 2, 5], 1, 'y', 2)]
    const variance = [x, y].map((side, which) => {
      const left = side.map((_, i) => {
        const rest = side.filter((_, k) => k !== i)
        return (which === 0 ? squaredDistance(rest, y) : squaredDistance(x, rest)).value
      })
      const mean = left.reduce((a, b) => a + b, 0) / left.length
      return ((left.length - 1) / left.length) * left.reduce((a, b) => a + (b - mean) ** 2, 0)
    })
    expect(squaredDistance(x, y).standardError).toBeCloseTo(Math.sqrt(variance[0] + variance[1]), 12)
  })

  it('is unbiased, and its error is of the right size', () => {
    const [a, b] = [Array.from({ length: 50 }, (_, k) => k / 50), Array.from({ length: 50 }, (_, k) => (k / 50) ** 2)]
    const truth = a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0)
    const found = Array.from({ length: 200 }, (_, seed) =>
      squaredDistance(draw(5, a, 0.5, 'x', seed), draw(5, b, 0.5, 'y', seed)),
    )
    const { value, standardError } = meanOf(found.map((one) => one.value))
    expect(Math.abs(value - truth)).toBeLessThan(4 * standardError)
    const spread = standardError * Math.sqrt(found.length)
    const claimed = found.reduce((sum, one) => sum + one.standardError, 0) / found.length
    expect(claimed / spread).toBeGreaterThan(0.8)
    expect(claimed / spread).toBeLessThan(1.8)
  })

  it('needs three trials', () => {
    expect(() => squaredDistance(draw(2, [1], 1, 'x', 0), draw(5, [1], 1, 'y', 0))).toThrow(RangeError)
  })
})

describe('fitted powers of the width', () => {
  const widths = [100, 200, 400, 800]

  it.each([0.3, 0.5, 1, 2])('finds limit and rate of 0.2 + 3 n^−%f', (rate) => {
    const points = widths.map((n) => ({ value: 0.2 + 3 * n ** -rate, standardError: 1e-6 }))
    const fit = fitPowerLaw(widths, points, 1)
    expect(Math.abs(fit.rate / rate - 1)).toBeLessThan(0.03)
    expect(fit.rateInterval.lower).toBeLessThanOrEqual(rate * 1.03)
    expect(fit.rateInterval.upper).toBeGreaterThanOrEqual(rate * 0.97)
    expect(Math.abs(fit.limit - 0.2)).toBeLessThan(0.02)
  })

  it.each([0.3, 0.5, 1, 2])('finds the distance left from successive changes at rate %f', (rate) => {
    const changes = widths.slice(1).map((n, k) => ({
      value: (3 * (widths[k] ** -rate - n ** -rate)) ** 2,
      standardError: 1e-9,
    }))
    const fit = fitChanges(widths, changes, 1)
    expect(Math.abs(fit.rate / rate - 1)).toBeLessThan(0.03)
    expect(Math.abs(fit.remaining / (3 * 800 ** -rate) - 1)).toBeLessThan(0.1)
  })

  it('takes an end of the range that is searched for a bound, never for a value or an interval', () => {
    const text = (rate: number, lower: number, upper: number) => rateText({ rate, rateInterval: { lower, upper } })
    const [slowest, fastest] = rateRange
    expect(text(0.31, 0.12, 0.55)).toBe('rate 0.31 (0.12 … 0.55)')
    expect(text(0.31, slowest, 0.55)).toBe('rate 0.31 (at most 0.55)')
    expect(text(0.31, 0.12, fastest)).toBe('rate 0.31 (at least 0.12)')
    expect(text(slowest, slowest, slowest)).toBe('rate at most 0.02')
    expect(text(slowest, slowest, 0.4)).toBe('rate at most 0.40')
    expect(text(fastest, 1.2, fastest)).toBe('rate at least 1.20')
    expect(text(fastest, fastest, fastest)).toBe('rate at least 4.00')
    expect(text(fastest, slowest, fastest)).toBe('unknown rate')
    // Steps of equal size between widths that double fit no power: n^0 would.
    const straight = widths.map((n) => ({ value: Math.log2(n), standardError: 1e-6 }))
    const fit = fitPowerLaw(widths, straight, 1)
    expect(boundedRate(fit)).toEqual({ rate: null, lower: null, upper: slowest })
    expect(rateText(fit)).toBe('rate at most 0.02')
  })

  it('finds a slow rate in 1/log n', () => {
    const points = widths.map((n) => ({ value: 0.2 + 1 / Math.log(n), standardError: 1e-5 }))
    expect(fitPowerLaw(widths, points, 1).rateInterval.upper).toBeLessThan(0.45)
  })

  it('weighs a bound on the rate, with three widths, by the studentised contrast of the two changes', () => {
    const [three, errors] = [
      [100, 400, 1600],
      [0.004, 0.002, 0.001],
    ]
    const values = three.map((n) => 0.2 + 1 / Math.log(n))
    const { evidence } = fitPowerLaw(
      three,
      values.map((value, k) => ({ value, standardError: errors[k] })),
      1,
    )
    // At rate ½ a factor of 4 in width halves the change.
    const contrast = values[1] - values[2] - (values[0] - values[1]) / 2
    const z = contrast / Math.hypot(errors[0] / 2, 1.5 * errors[1], errors[2])
    expect(z).toBeGreaterThan(1)
    expect(Math.abs(evidence.slow / z - 1)).toBeLessThan(0.01)
    expect(evidence.fast).toBe(0)
  })

  it('is sure of neither side of a bound that the rate lies on', () => {
    const points = widths.map((n) => ({ value: 0.2 + 3 / Math.sqrt(n), standardError: 1e-4 }))
    const { slow, fast } = fitPowerLaw(widths, points, 1).evidence
    expect(slow).toBeLessThan(0.01)
    expect(fast).toBeGreaterThan(3)
  })

  it('needs three widths', () => {
    expect(() => fitPowerLaw([1, 2], [], 0)).toThrow(RangeError)
    expect(() => fitChanges([1, 2, 3], [], 0)).toThrow(RangeError)
  })
})
