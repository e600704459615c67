import { describe, expect, it } from 'vitest'
import {
  formatActivation,
  formOf,
  functionOf,
  parseActivation,
  type DerivativeOrder,
} from '../../src/network/activation.js'
import { erf, erfDerivative } from '../../src/network/erf.js'
import { activations } from './fixtures.js'

describe('erf', () => {
  // Abramowitz and Stegun, table 7.1, and DLMF 7.23, to 16 digits.
  it.each([
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
  ])('erf(%d) = %d', (x, value) => {
    expect(Math.abs(erf(x) - value)).toBeLessThan(2.3e-16)
    expect(erf(-x)).toBe(-erf(x))
  })

  it('is the integral of its derivative between any two points (Gauss–Legendre)', () => {
    const node = Math.sqrt(3 / 5)
    for (let x = 0; x < 6.5; x += 0.0371) {
      const h = 0.005
      const middle = x + h
      const integral =
        (h / 9) *
        (5 * erfDerivative(middle - h * node) + 8 * erfDerivative(middle) + 5 * erfDerivative(middle + h * node))
      expect(Math.abs(erf(x + 2 * h) - erf(x) - integral)).toBeLessThan(6e-16)
    }
  })

  it('keeps full relative accuracy near zero, and ends at ±1', () => {
    for (const x of [1e-300, 1e-20, 1e-9]) expect(erf(x) / x / (2 / Math.sqrt(Math.PI))).toBeCloseTo(1, 15)
    expect(erf(0)).toBe(0)
    expect([erf(7), erf(-Infinity)]).toEqual([1, -1])
    expect(erf(NaN)).toBeNaN()
  })
})

describe.each(activations)('$name', (activation) => {
  const form = formOf(activation)
  const [value, derivative, second] = (['value', 'derivative', 'second'] satisfies DerivativeOrder[]).map((order) =>
    functionOf(form, order),
  )
  it('has derivatives that are the slopes of value and derivative', () => {
    const h = 1e-5
    for (const z of [-2.3, -0.7, 0.4, 1.9]) {
      expect(derivative(z)).toBeCloseTo((value(z + h) - value(z - h)) / (2 * h), 8)
      expect(second(z)).toBeCloseTo((derivative(z + h) - derivative(z - h)) / (2 * h), 8)
    }
  })

  it('passes NaN on', () => expect(value(NaN)).toBeNaN())

  it('is read back from what it is written as', () => {
    const read = parseActivation(formatActivation(activation))
    expect(formatActivation(read)).toBe(formatActivation(activation))
    expect(formOf(read)).toBe(form)
  })
})

it('ReLU has slope 0 at its kink', () => expect(formOf({ name: 'relu' }).derivative(0)).toBe(0))
