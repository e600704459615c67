import { describe, expect, it } from 'vitest'
import { studentQuantile } from '../../../../src/graphon/convergence/limit-test/student.js'

describe('studentQuantile', () => {
  // From the regularised incomplete beta function with 30 digits (mpmath): I_{ν/(ν+t²)}(ν/2, ½) = erfc(z/√2).
  it.each([
    [3, 1, 235.80149796047],
    [3, 2, 19.206744211509],
    [3, 3, 9.2189404587003],
    [3, 4, 6.6202059668159],
    [3, 5, 5.5070797124693],
    [3, 6, 4.9040646736484],
    [3, 7, 4.5299736787334],
    [3, 30, 3.2703338824733],
    [2, 10, 2.2836782024779],
    [2, 31, 2.0839299550418],
    [1, 1, 1.8373372014716],
    [0.5, 9, 0.51781363127646],
    [5, 4, 56.848353492945],
    [6, 1000, 6.055943779731],
    [3, 1000, 3.0075172802261],
    [3, 1001, 3.0075097531798],
    [1.959964, 3, 3.1824463523585],
  ])('z = %f with %i degrees of freedom is %f', (z, nu, expected) => {
    expect(Math.abs(studentQuantile(z, nu) / expected - 1)).toBeLessThan(z < 5 ? 1e-9 : 1e-6)
  })

  it('is where half of the mass lies within, as closed forms of one and two degrees of freedom say', () => {
    const z = 0.6744897501960817
    expect(studentQuantile(z, 1)).toBeCloseTo(1, 12)
    // P(|T| < t) = t / √(2 + t²) = ½ at t = √(2/3).
    expect(studentQuantile(z, 2)).toBeCloseTo(Math.sqrt(2 / 3), 12)
  })

  it('falls to z', () => {
    expect(studentQuantile(3, 1e9)).toBeCloseTo(3, 7)
    for (let nu = 1; nu < 1100; nu++) expect(studentQuantile(3, nu)).toBeGreaterThan(studentQuantile(3, nu + 1))
  })

  it('is zero at zero, and infinite without a degree of freedom', () => {
    expect(studentQuantile(0, 3)).toBe(0)
    expect(studentQuantile(3, 0)).toBe(Infinity)
  })

  it.each([
    [NaN, 1],
    [-1, 1],
    [7, 1],
    [3, 1.5],
    [3, -1],
    [3, NaN],
  ])('refuses z = %f with ν = %f', (z, nu) => {
    expect(() => studentQuantile(z, nu)).toThrow(/studentQuantile: expected/)
  })
})
