import { describe, expect, it } from 'vitest'
import {
  formatCount,
  formatList,
  formatNumber,
  formatPercent,
  formatPlural,
  formatSpread,
} from '../../src/plot/format.js'

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [1, '1.00'],
    [0.2, '0.200'],
    [0.012345, '0.0123'],
    [12.345, '12.3'],
    [123.456, '123'],
    [99_999, '1.00 × 10⁵'],
    [98_765, '98800'],
    [1.5e-7, '1.50 × 10⁻⁷'],
    [2.5e12, '2.50 × 10¹²'],
    [-0.5, '−0.500'],
    [0.9999, '1.00'],
    [null, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})

it('writes an uncertainty with two digits and the value to the same place', () => {
  expect(formatSpread(0.20412, 0.0043)).toBe('0.2041 ± 0.0043')
  expect(formatSpread(1.15, 0.02)).toBe('1.150 ± 0.020')
  expect(formatSpread(0.2, 0)).toBe('0.200')
  expect(formatSpread(null, 0.1)).toBe('–')
  // What rounding leaves of an exact fit is no uncertainty.
  expect(formatSpread(1.4222, 7e-18)).toBe('1.42')
  expect(formatSpread(0, 7e-18)).toBe('0 ± 7.00 × 10⁻¹⁸')
})

it('writes percentages without digits that mean nothing', () => {
  expect([0, 0.123456, 1, 0.0001, Number.NaN].map(formatPercent)).toEqual(['0 %', '12.3 %', '100 %', '< 0.1 %', '–'])
})

it('sets thousands apart from five digits on', () => {
  expect([0, 1024, 60_000, 1_234_567].map(formatCount)).toEqual(['0', '1024', '60\u202f000', '1\u202f234\u202f567'])
})

it('joins lists and counts things in words', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect([formatPlural(1, 'trial'), formatPlural(2, 'matrix', 'matrices')]).toEqual(['1 trial', '2 matrices'])
})
