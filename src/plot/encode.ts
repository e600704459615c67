import { methodLabel } from './labels.js'
import { methodStyle, type SeriesStyle } from './palette.js'

/** Round numbers for a logarithmic axis over [lo, hi]: 1, 2, 5 per decade, or powers of ten when there are many. */
export function logTicks(lo: number, hi: number): number[] {
  const from = Math.floor(Math.log10(lo))
  const to = Math.ceil(Math.log10(hi))
  const every = Math.max(1, Math.ceil((to - from) / 6))
  const steps = to - from <= 3 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let decade = Math.ceil(from / every) * every; decade <= to; decade += every) {
    for (const step of steps) ticks.push(Number(`${step}e${decade}`))
  }
  return ticks.filter((tick) => tick >= lo && tick <= hi)
}

/** A domain with a margin on a logarithmic axis around the positive finite values; one decade around 1 for none. */
export function logDomain(values: readonly number[], margin = 0.06): [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value))
  if (positive.length === 0) return [0.3, 3]
  const lo = Math.log10(positive.reduce((a, b) => Math.min(a, b)))
  const hi = Math.log10(positive.reduce((a, b) => Math.max(a, b)))
  const pad = Math.max(margin * (hi - lo), 0.08)
  return [10 ** (lo - pad), 10 ** (hi + pad)]
}

/** The options of a logarithmic position channel over `values`. */
export function logChannel(values: readonly number[], title: string | readonly string[] | null) {
  const domain = logDomain(values)
  return {
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain: [...domain], nice: false },
    axis: {
      title: typeof title === 'object' && title !== null ? [...title] : title,
      values: logTicks(...domain),
      format: '~g',
    },
  }
}

/** The x channel of every figure against width: powers of two are equally far apart, and the study's widths are labelled. */
export function widthChannel(widths: readonly number[], hasTitle = true) {
  return {
    field: 'width',
    type: 'quantitative' as const,
    scale: {
      type: 'log' as const,
      base: 2,
      domain: [Math.min(...widths) / 1.15, Math.max(...widths) * 1.15],
      nice: false,
    },
    axis: {
      title: hasTitle ? 'width (units per layer)' : null,
      values: [...widths],
      format: 'd',
      grid: false,
      labelOverlap: true,
    },
  }
}

/** Colour, marker and dash of one set of series, by name, for line marks and point marks. */
export function seriesChannels(field: string, names: readonly string[], styles: readonly SeriesStyle[]) {
  const domain = [...names]
  const channel = <Value>(range: Value[]) => ({
    field,
    type: 'nominal' as const,
    scale: { domain, range },
    sort: null,
  })
  const legend = { title: null }
  const longLegend = { title: null, symbolSize: 500, symbolStrokeWidth: 2 }
  return {
    color: { ...channel(styles.map((style) => style.color)), legend },
    lineColor: { ...channel(styles.map((style) => style.color)), legend: longLegend },
    shape: { ...channel(styles.map((style) => style.shape)), legend },
    /** Without a legend of its own; the extra name in the domain keeps it out of the colours' legend. */
    strokeDash: {
      ...channel(styles.map((style) => [...style.dash])),
      scale: { domain: [...domain, ''], range: [...styles.map((style) => [...style.dash]), [1, 0]] },
      legend: null,
    },
    /** For figures of lines alone, whose legend shows the dashes. */
    lineDash: { ...channel(styles.map((style) => [...style.dash])), legend: longLegend },
  }
}

/** {@link seriesChannels} of a study's methods, over the field `method` that holds their labels. */
export function methodChannels(methods: readonly string[]) {
  return seriesChannels(
    'method',
    methods.map(methodLabel),
    methods.map((_, i) => methodStyle(i)),
  )
}

/** Layers of a panel in which `field` tells what was measured, solid with points, from what it is held against, dashed. */
export function againstReference<Color, Shape>(
  field: string,
  measured: string,
  reference: string,
  color: Color,
  shape: Shape,
) {
  const scale = {
    domain: [measured, reference],
    range: [
      [1, 0],
      [4, 3],
    ],
  }
  return [
    {
      mark: { type: 'line' as const },
      encoding: { color, strokeDash: { field, type: 'nominal' as const, scale, legend: null } },
    },
    {
      transform: [{ filter: `datum.${field} === '${measured}'` }],
      mark: { type: 'point' as const, filled: true, size: 46, opacity: 1 },
      encoding: { color, shape },
    },
  ]
}
