import { describe, expect, it } from 'vitest'
import { formOf, parseActivation, type Activation } from '../../../src/network/activation.js'
import { defineActivation } from '../../../src/network/activations/own-activation.js'
import { rampCoefficients, rampDual } from '../../../src/ntk/duals/bend.js'
import { dualOf } from '../../../src/ntk/duals/duals.js'
import { expand } from '../../../src/ntk/duals/hermite.js'
import { hermiteDual } from '../../../src/ntk/duals/hermite-dual.js'
import { quadratureDual } from '../quadrature.js'

/** Variances and angles: alike and not, small and not, nearly parallel, orthogonal, opposite. */
const pairs = [
  [1, 1, 1e-3],
  [0.5, 4, 0.1],
  [9, 8.5, 0.02],
  [0.01, 2, Math.PI / 2],
  [2, 3, 2.9],
] as const

/** How far integrals in two dimensions may be from it, relative to the variances. */
const accuracies: Readonly<Record<string, number>> = {
  tanh: 1e-12,
  sigmoid: 1e-12,
  softplus: 1e-12,
  silu: 1e-12,
  gelu: 1e-12,
  'gelu-tanh': 1e-12,
  sin: 1e-12,
  cos: 1e-12,
  'hard-tanh': 1e-9,
  // Its φ'' jumps: 1024 terms leave out 1e-6 of variance 9 at the most.
  elu: 1e-7,
}

describe.each(Object.entries(accuracies))('the dual of %s', (name, accuracy) => {
  const activation = parseActivation(name)
  const dual = dualOf(activation)

  it('equals the integral of its definition over two inputs', () => {
    for (const [q, q2, theta] of pairs) {
      const expected = quadratureDual(activation, q, q2, theta)
      const got = dual.pair(q, q2, Math.sqrt(q * q2) * Math.cos(theta))
      expect(Math.abs(got.g - expected.g)).toBeLessThan(accuracy * (1 + Math.sqrt(q * q2)))
      expect(Math.abs(got.gDot - expected.gDot)).toBeLessThan(accuracy)
    }
  })

  it('meets the pairs (i, i) at correlation one, and single inputs at correlation zero', () => {
    for (const q of [0.3, 1, 5]) {
      const [diagonal, pair] = [dual.diagonal(q), dual.pair(q, q, q)]
      expect(Math.abs(pair.g - diagonal.g)).toBeLessThan(accuracy * 10)
      expect(Math.abs(pair.gDot - diagonal.gDot)).toBeLessThan(accuracy * 10)
      const [a, b] = [q, 2].map((variance) => expand(formOf(activation), variance, 1))
      const apart = dual.pair(q, 2, 0)
      expect(apart.g).toBeCloseTo(a.mean * b.mean, 12)
      expect(apart.gDot).toBeCloseTo(a.coefficients[0] * b.coefficients[0], 12)
    }
  })

  it('takes φ and φ′ at 0 where there is no variance', () => {
    const { value, derivative } = formOf(activation)
    expect(dual.diagonal(0).g).toBeCloseTo(value(0) ** 2, 15)
    expect(dual.diagonal(0).gDot).toBeCloseTo(derivative(0) ** 2, 15)
    const one = expand(formOf(activation), 3, 1)
    const { g, gDot } = dual.pair(0, 3, 0)
    expect(g).toBeCloseTo(value(0) * one.mean, 12)
    expect(gDot).toBeCloseTo(derivative(0) * one.coefficients[0], 12)
  })
})

describe('Hermite series', () => {
  it('are the closed forms that there are', () => {
    for (const name of ['erf', 'gelu', 'sin', 'cos']) {
      const [closed, series] = [dualOf(parseActivation(name)), hermiteDual(name, formOf(parseActivation(name)))]
      for (const [q, q2, theta] of pairs) {
        const k = Math.sqrt(q * q2) * Math.cos(theta)
        expect(series.pair(q, q2, k).g).toBeCloseTo(closed.pair(q, q2, k).g, 11)
        expect(series.pair(q, q2, k).gDot).toBeCloseTo(closed.pair(q, q2, k).gDot, 11)
      }
    }
  })

  it('are refused where they leave out too much: a jump of φ′ for nearly parallel samples, a wide tanh', () => {
    const relu = hermiteDual('relu', formOf({ name: 'relu' }))
    expect(relu.pair(1, 1, 0.9).g).toBeCloseTo(dualOf({ name: 'relu' }).pair(1, 1, 0.9).g, 12)
    expect(() => relu.pair(1, 1, 0.9999)).toThrow(/relu: expected 1024 Hermite terms .* closed form/)
    expect(() => dualOf({ name: 'tanh' }).pair(1000, 1000, 999)).toThrow(/variances are too large/)
  })

  it('are within 1e-6 at a variance of 60', () => {
    for (const name of ['tanh', 'gelu-tanh', 'softplus']) {
      for (const theta of [0.01, 0.5, 2]) {
        const activation = parseActivation(name)
        const expected = quadratureDual(activation, 60, 50, theta)
        let got
        try {
          got = dualOf(activation).pair(60, 50, Math.sqrt(3000) * Math.cos(theta))
        } catch (error) {
          expect([name, theta, String(error)]).toEqual(['tanh', 0.01, expect.stringContaining('too large')])
          continue
        }
        expect(Math.abs(got.g - expected.g)).toBeLessThan(1e-6 * 61)
        expect(Math.abs(got.gDot - expected.gDot)).toBeLessThan(1e-6)
      }
    }
  })
})

describe('the bend that is taken out of φ′', () => {
  it('has the coefficients of max(x, 0), and sums to its dual', () => {
    const terms = 400
    const ramps = rampCoefficients(terms)
    const square: Activation = {
      name: 'half-square',
      definition: defineActivation({
        name: 'half-square',
        value: (z) => (z > 0 ? (z * z) / 2 : 0),
        derivative: (z) => Math.max(z, 0),
        kinks: [0],
      }),
    }
    expand(formOf(square), 1, terms).coefficients.forEach((b, m) => expect(ramps[m]).toBeCloseTo(b, 13))
    for (const rho of [-0.9, 0, 0.4, 0.9]) {
      const { area, moment } = rampDual(rho)
      let [sum, integral] = [0, 0]
      ramps.forEach((r, m) => {
        sum += r * r * rho ** m
        integral += (r * r * rho ** (m + 1)) / (m + 1)
      })
      expect(sum).toBeCloseTo(area, 13)
      expect(integral).toBeCloseTo(moment, 13)
    }
    expect(dualOf(square).pair(2, 2, 2).gDot).toBeCloseTo(1, 12)
  })
})
