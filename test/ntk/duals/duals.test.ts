import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseActivation } from '../../../src/network/activation.js'
import { dualOf } from '../../../src/ntk/duals/duals.js'
import { quadratureDual } from '../quadrature.js'

const variance = fc.double({ min: 0.01, max: 8, noNaN: true })
/** Closed forms to rounding. */
const names = [
  'relu',
  'leaky-relu:0.2',
  'leaky-relu:-0.5',
  'erf',
  'identity',
  'abs',
  'abrelu:-0.3:1.5',
  'abrelu:0.4:-2',
]

describe.each(names)('the dual of %s', (name) => {
  const activation = parseActivation(name)
  const dual = dualOf(activation)

  it('equals the Gaussian integral of its definition', () => {
    fc.assert(
      fc.property(variance, variance, fc.double({ min: 0.01, max: 3.13, noNaN: true }), (q, q2, theta) => {
        const expected = quadratureDual(activation, q, q2, theta)
        const got = dual.pair(q, q2, Math.sqrt(q * q2) * Math.cos(theta))
        const most = 1e-13 * dual.gain
        expect(Math.abs(got.g - expected.g)).toBeLessThan(most * (1 + Math.sqrt(q * q2)))
        expect(Math.abs(got.gDot - expected.gDot)).toBeLessThan(most)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  it('takes an input with itself at correlation one, exactly', () => {
    for (const q of [1e-300, 1e-9, 0.3, 1, 7, 1e9]) {
      const { g, gDot } = dual.diagonal(q)
      const pair = dual.pair(q, q, q)
      expect(Math.abs(pair.g / g - 1)).toBeLessThan(4e-16)
      expect(Math.abs(pair.gDot / gDot - 1)).toBeLessThan(4e-16)
    }
    const expected = quadratureDual(activation, 0.7, 0.7, 0)
    expect(dual.diagonal(0.7).g).toBeCloseTo(expected.g, 13)
    expect(dual.diagonal(0.7).gDot).toBeCloseTo(expected.gDot, 13)
  })

  it('is symmetric in its inputs and stays finite beyond |ρ| = 1', () => {
    expect(dual.pair(2, 3, 1).g).toBeCloseTo(dual.pair(3, 2, 1).g, 13)
    for (const sign of [-1, 1]) {
      const { g, gDot } = dual.pair(2, 2, sign * 2 * (1 + 1e-15))
      expect([g, gDot].every(Number.isFinite)).toBe(true)
    }
  })
})

describe('special values of the duals', () => {
  it('halves a ReLU on the diagonal and cuts it at opposite inputs', () => {
    expect(dualOf({ name: 'relu' }).diagonal(3)).toEqual({ g: 1.5, gDot: 0.5 })
    expect(dualOf({ name: 'relu' }).pair(2, 2, -2)).toEqual({ g: 0, gDot: 0 })
  })

  it('keeps the digits of Ġ near ρ = 1, where arccos of a rounded ρ would lose half of them', () => {
    const angle = 1e-7
    const { gDot } = dualOf({ name: 'relu' }).pair(1, 1, 1 - (angle * angle) / 2)
    expect(Math.abs((0.5 - gDot) * 2 * Math.PI - angle)).toBeLessThan(1e-9)
  })

  it('takes the derivative at the kink where a position has no variance', () => {
    expect(dualOf({ name: 'relu' }).diagonal(0)).toEqual({ g: 0, gDot: 0 })
    expect(dualOf({ name: 'relu' }).pair(0, 1, 0)).toEqual({ g: 0, gDot: 0 })
    const leaky = dualOf({ name: 'leaky-relu', slope: 0.5 })
    expect([leaky.diagonal(0).gDot, leaky.pair(0, 0, 0).gDot, leaky.pair(0, 1, 0).gDot]).toEqual([0.25, 0.25, 0.375])
    expect(dualOf({ name: 'identity' }).pair(0, 1, 0)).toEqual({ g: 0, gDot: 1 })
    const erf = dualOf({ name: 'erf' })
    expect(erf.pair(0, 0, 0)).toEqual({ g: 0, gDot: 4 / Math.PI })
    expect(erf.pair(0, 1, 0).gDot).toBeCloseTo(quadratureDual({ name: 'erf' }, 0, 1, 1).gDot, 13)
  })

  it('makes leaky ReLU of slope 1 the identity and of slope 0 ReLU', () => {
    for (const [slope, name] of [
      [1, 'identity'],
      [0, 'relu'],
    ] as const) {
      expect(dualOf({ name: 'leaky-relu', slope }).pair(2, 3, 1.3)).toEqual(dualOf({ name }).pair(2, 3, 1.3))
    }
  })
})
