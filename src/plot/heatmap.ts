import { encode } from 'fast-png'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { colorIndex, viridisPalette } from './colormap.js'
import { panelTitle } from './theme.js'
import type { Panel } from './spec.js'

/** Averages runs of neighbouring columns until at most `limit` are left; runs differ by one column at most. */
export function averageColumns(source: Matrix, limit: number): Matrix {
  const { rows, cols, data } = source
  if (cols <= limit) return source
  const out = Math.ceil(cols / Math.ceil(cols / limit))
  const result = matrix(rows, out)
  for (let j = 0; j < out; j++) {
    const from = Math.floor((j * cols) / out)
    const to = Math.floor(((j + 1) * cols) / out)
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let k = from; k < to; k++) sum += data[i * cols + k]
      result.data[i * out + j] = sum / (to - from)
    }
  }
  return result
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** One pixel per entry, row 0 at the top, on the square-root colour scale [0, `top`], as a PNG data URI. */
export function heatmapUri({ rows, cols, data }: Matrix, top: number): string {
  const pixels = Uint8Array.from(data, (value) => colorIndex(value, top))
  const palette = viridisPalette.map((color) => [...color])
  const png = encode({ width: cols, height: rows, data: pixels, depth: 8, channels: 1, palette })
  return `data:image/png;base64,${base64(png)}`
}

/** One axis of a heatmap: the range that its bins span and the places where it is labelled. */
export interface HeatmapAxis {
  /** Several lines as an array. */
  readonly title: string | readonly string[] | null
  readonly domain: readonly [number, number]
  /** No ticks at all when empty. */
  readonly ticks: readonly number[]
}

export interface HeatmapOptions {
  readonly width: number
  readonly height: number
  readonly title?: string | undefined
  readonly subtitle?: string | undefined
  readonly x: HeatmapAxis
  /** Runs downwards, as the rows of a matrix. */
  readonly y: HeatmapAxis
}

function axisOf({ title, domain, ticks }: HeatmapAxis, reverse: boolean) {
  return {
    datum: (domain[0] + domain[1]) / 2,
    type: 'quantitative' as const,
    scale: { domain: [...domain], nice: false, zero: false, reverse },
    axis: {
      title: typeof title === 'string' || title === null ? title : [...title],
      values: [...ticks],
      grid: false,
      domain: false,
      ticks: ticks.length > 0,
      labels: ticks.length > 0,
      labelExpr: "format(datum.value, '~g')",
      labelFlush: true,
    },
  }
}

/** A panel that shows one matrix as an image, stretched to its frame without smoothing. */
export function heatmapPanel(image: Matrix, top: number, options: HeatmapOptions): Panel {
  const { width, height, title, subtitle, x, y } = options
  const mark = { type: 'image' as const, aspect: false, width, height, smooth: false }
  return {
    width,
    height,
    ...(title === undefined ? {} : { title: panelTitle(title, subtitle) }),
    data: { values: [{ url: heatmapUri(image, top) }] },
    view: { stroke: 'currentColor', strokeOpacity: 0.25 },
    mark,
    encoding: { url: { field: 'url' }, x: axisOf(x, false), y: axisOf(y, true) },
  }
}

/** The colour bar of {@link heatmapUri}: a strip of all colours over an axis with the same square-root scale. */
export function colorBar(top: number, title: string, width: number): Panel {
  const strip = matrix(
    1,
    256,
    Float64Array.from({ length: 256 }, (_, i) => top * (i / 255) ** 2),
  )
  const mark = { type: 'image' as const, aspect: false, width, height: 10, smooth: false }
  return {
    width,
    height: 10,
    data: { values: [{ url: heatmapUri(strip, top) }] },
    mark,
    encoding: {
      url: { field: 'url' },
      x: {
        datum: top / 4,
        type: 'quantitative',
        scale: { type: 'pow', exponent: 0.5, domain: [0, top], nice: false },
        axis: {
          title: `${title} (square-root colour scale)`,
          values: [0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1].map((t) => Number((t * top).toPrecision(3))),
          labelExpr: "format(datum.value, '~g')",
          grid: false,
          domain: false,
        },
      },
    },
  }
}
