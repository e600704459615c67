import { decode } from 'fast-png'
import { expect, it } from 'vitest'
import { filled, matrixOf } from '../../src/linalg/matrix.js'
import { viridisPalette } from '../../src/plot/colormap.js'
import { averageColumns, heatmapUri } from '../../src/plot/heatmap.js'

function pixels(uri: string) {
  const [head, data] = uri.split(',')
  expect(head).toBe('data:image/png;base64')
  return decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)))
}

it('puts one pixel per entry, first row on top', () => {
  const png = pixels(
    heatmapUri(
      matrixOf([
        [0, 1, 0.25],
        [1, 0, 0],
      ]),
      1,
    ),
  )
  expect([png.width, png.height]).toEqual([3, 2])
  expect(Array.from(png.data)).toEqual([0, 255, 128, 255, 0, 0])
  expect(png.palette?.[128].slice(0, 3)).toEqual(viridisPalette[128])
})

it('averages runs of columns without changing the mean of a row when they are equally long', () => {
  const m = averageColumns(
    matrixOf([
      [1, 3, 5, 7],
      [0, 0, 1, 1],
    ]),
    2,
  )
  expect([m.rows, m.cols, ...m.data]).toEqual([2, 2, 2, 6, 0, 1])
})

it('leaves a constant constant, however the columns divide', () => {
  const m = averageColumns(filled(3, 785, 0.2), 300)
  expect(m.cols).toBeLessThanOrEqual(300)
  for (const value of m.data) expect(value).toBeCloseTo(0.2, 14)
})

it('leaves a narrow matrix as it is', () => {
  const m = filled(2, 5, 1)
  expect(averageColumns(m, 5)).toBe(m)
})
