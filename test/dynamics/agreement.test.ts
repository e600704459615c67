import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreement } from '../../src/dynamics/agreement.js'
import { lossFromModes, modes } from '../../src/dynamics/predict.js'
import { stepsTo, stepsToFromModes } from '../../src/dynamics/steps-to.js'
import { matrix, matrixOf } from '../../src/linalg/matrix.js'

describe('agreement', () => {
  it('of a curve with itself is 0', () => {
    const curve = fc.array(fc.double({ min: 1e-3, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(curve, (loss) => {
        expect(agreement(loss, loss)).toEqual({ relativeError: 0, area: 0 })
      }),
      { seed: 2, numRuns: 30 },
    )
  })

  it('of curves a constant apart is that constant over the first measured loss', () => {
    const { relativeError, area } = agreement([3, 2.5, 2], [2, 1.5, 1])
    expect(relativeError).toBeCloseTo(0.5, 14)
    expect(area).toBeCloseTo(0.5, 14)
  })

  it('integrates by trapezoids and does not let signs cancel', () => {
    const { relativeError, area } = agreement([4, 3, 1], [4, 2, 2])
    expect(area).toBeCloseTo((0.5 * 0 + 1 + 0.5 * 1) / 2 / 4, 14)
    expect(relativeError).toBeCloseTo(Math.sqrt(2 / 3) / 4, 14)
  })

  it('has no unit', () => {
    const [p, m] = [
      [4, 3, 1],
      [4, 2, 2],
    ]
    const scaled = agreement(
      p.map((x) => 32 * x),
      m.map((x) => 32 * x),
    )
    expect(scaled).toEqual(agreement(p, m))
  })

  it('refuses curves of different lengths, empty, not finite, or without a loss to compare with', () => {
    expect(() => agreement([1, 2], [1])).toThrow(/2 and 1 losses/)
    expect(() => agreement([], [])).toThrow(RangeError)
    expect(() => agreement([1, NaN], [1, 1])).toThrow(/predicted loss, got NaN at step 1/)
    expect(() => agreement([1, 1], [1, Infinity])).toThrow(/measured loss, got Infinity at step 1/)
    expect(() => agreement([1, 1], [0, 1])).toThrow(/positive measured loss/)
  })
})

describe('stepsTo', () => {
  it('is the first step below the fraction, or null', () => {
    expect(stepsTo([8, 5, 4, 3, 1], 0.5)).toBe(3)
    expect(stepsTo([8, 5, 4], 0.5)).toBeNull()
    expect(stepsTo([1], 0.5)).toBeNull()
    for (const fraction of [0, 1, NaN]) expect(() => stepsTo([1], fraction)).toThrow(/between 0 and 1/)
  })

  it('is log(fraction) over twice the rate for a single mode', () => {
    const single = modes({ classes: 1, n: 1, data: Float64Array.of(0.5) }, matrixOf([[2]]))
    const flow = stepsToFromModes(single, { learningRate: 0.1, mode: 'flow' }, 0.01)
    expect(flow).toBeCloseTo(Math.log(100) / 2 / 0.05, 9)
    const descent = stepsToFromModes(single, { learningRate: 0.1 }, 0.01)
    expect(descent).toBeCloseTo(Math.log(100) / 2 / -Math.log(0.95), 9)
    expect(stepsToFromModes(single, { learningRate: 2 }, 0.01)).toBeLessThan(1)
  })

  it('lies just before the first whole step of the curve that is below', () => {
    const n = 20
    const data = new Float64Array(n * n)
    for (let k = 0; k < n; k++) data[k * n + k] = (k + 1) ** -3
    const decomposed = modes({ classes: 1, n, data }, matrix(n, 1, new Float64Array(n).fill(1)))
    for (const mode of ['descent', 'flow'] as const) {
      const { loss } = lossFromModes(decomposed, { learningRate: 20, steps: 20000, mode })
      for (const fraction of [0.9, 0.5, 0.2, 0.1]) {
        const exact = stepsToFromModes(decomposed, { learningRate: 20, mode }, fraction)!
        expect(stepsTo(loss, fraction)).toBe(Math.ceil(exact))
      }
    }
  })

  it('is null when a part of the targets is out of reach', () => {
    const decomposed = modes({ classes: 1, n: 2, data: Float64Array.of(1, 0, 0, 0) }, matrixOf([[1], [1]]))
    expect(stepsToFromModes(decomposed, { learningRate: 1 }, 0.4)).toBeNull()
    expect(stepsToFromModes(decomposed, { learningRate: 1 }, 0.6)).toBeGreaterThan(0)
    const nothing = modes({ classes: 1, n: 1, data: Float64Array.of(1) }, matrixOf([[0]]))
    expect(stepsToFromModes(nothing, { learningRate: 1 }, 0.5)).toBeNull()
  })
})
