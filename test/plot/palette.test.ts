import { describe, expect, it } from 'vitest'
import { colorIndex, niceTop, viridis } from '../../src/plot/colormap.js'
import { kernelStyles, matrixStyle, methodStyle, rungStyles } from '../../src/plot/palette.js'
import { ink } from '../../src/plot/theme.js'

/** Relative luminance (WCAG 2.2). */
function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const bytes = (hex: string) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
const contrast = (a: string, b: string) => {
  const [low, high] = [luminance(bytes(a)), luminance(bytes(b))].toSorted((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const cycle = Array.from({ length: 8 }, (_, i) => methodStyle(i))
const depth = [1, 2, 3, 4, 5, 6].map((l) => matrixStyle(l, 6))

describe('series styles', () => {
  it.each([
    ['methods', cycle],
    ['kernels', kernelStyles],
    ['rungs', rungStyles],
    ['matrices', depth],
  ])('read with contrast 3:1 or more on white and on near-black: %s', (_, styles) => {
    for (const { color } of styles) {
      expect(contrast(color, '#ffffff'), color).toBeGreaterThanOrEqual(3)
      expect(contrast(color, '#14171b'), color).toBeGreaterThanOrEqual(3)
    }
  })

  it('differ by marker as well as by colour', () => {
    expect(new Set(cycle.map(({ color }) => color)).size).toBe(8)
    expect(new Set(cycle.map(({ shape }) => shape)).size).toBe(8)
    expect(new Set(depth.map(({ shape }) => shape)).size).toBe(6)
    expect(new Set(rungStyles.map(({ dash }) => dash.join())).size).toBe(4)
  })

  it('come round again after eight methods and exist for one matrix', () => {
    expect(methodStyle(8)).toEqual(methodStyle(0))
    expect(matrixStyle(1, 1).color).toMatch(/^#[0-9a-f]{6}$/)
  })

  it('have an ink that reads as text in either theme', () => {
    expect(contrast(ink.light, '#ffffff')).toBeGreaterThan(7)
    expect(contrast(ink.dark, '#14171b')).toBeGreaterThan(7)
  })
})

describe('the colour scale of densities', () => {
  it('grows in luminance from 0 to 1', () => {
    const levels = Array.from({ length: 101 }, (_, i) => luminance(viridis(i / 100)))
    expect(levels.every((level, i) => i === 0 || level > levels[i - 1])).toBe(true)
  })

  it('is the square root of the value, and its ends are its first and last colour', () => {
    expect([0, 0.25, 1, 7].map((value) => colorIndex(value, 1))).toEqual([0, 128, 255, 255])
    expect(colorIndex(0.5, 2)).toBe(colorIndex(0.25, 1))
  })

  it('ends at a round number', () => {
    expect([0.37, 0.2, 2.2, 0, 11].map((value) => niceTop(value))).toEqual([0.5, 0.2, 3, 1, 20])
    expect(niceTop(0.7, 0.8)).toBe(0.8)
  })
})
