import { kernelKinds, type Findings, type SpectrumFinding } from '../study/findings.js'
import { logChannel, seriesChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { kernelLabels, methodLabel, metricTitle } from './labels.js'
import { kernelStyles } from './palette.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

interface Metric {
  readonly title: string
  readonly axis: string
  readonly value: (item: SpectrumFinding) => number | null
  /** Standard error; default none. */
  readonly spread?: (item: SpectrumFinding) => number | null
  readonly isLog: boolean
}

/** The figure's metrics: the trace, and what is left of the spectrum when the trace is divided out. */
export const metrics = {
  trace: { title: 'Trace', axis: 'sum of the eigenvalues', value: (s) => s.trace, isLog: true },
  top5: {
    title: metricTitle('topEnergy'),
    axis: 'five largest eigenvalues / trace',
    value: (s) => s.top5Energy,
    isLog: false,
  },
  effectiveRank: {
    title: metricTitle('effectiveRank'),
    axis: 'trace / largest eigenvalue',
    value: (s) => s.effectiveRank,
    isLog: false,
  },
  entropyRank: {
    title: metricTitle('entropyRank'),
    axis: 'exp of the entropy of λ / trace',
    value: (s) => s.entropyRank,
    isLog: false,
  },
  alpha: {
    title: metricTitle('decay'),
    axis: 'α (± standard error of the fit)',
    value: (s) => s.alpha,
    spread: (s) => s.alphaStandardError,
    isLog: false,
  },
  alignment: {
    title: 'Kernel–target alignment',
    axis: 'with the centred one-hot targets',
    value: (s) => s.targetAlignment,
    isLog: false,
  },
} as const satisfies Record<string, Metric>

const [firstTitle, ...titles] = Object.values(metrics).map(({ title }) => title)
const metricNames = formatList([firstTitle, ...titles.map((title) => title.charAt(0).toLowerCase() + title.slice(1))])

/** Speed against shape: how much traces differ between methods, and how little or much the normalised spectrum does. */
export function metricsSentence(items: readonly SpectrumFinding[]): string {
  const kind = (['empirical', 'energy', 'graphon'] as const).find((k) => items.some((item) => item.kernel === k))
  const mine = items.filter((item) => item.kernel === kind && item.trace > 0)
  const most = largest(mine, (s) => s.trace)
  const least = smallest(mine, (s) => s.trace)
  if (!kind || !most || !least) return 'There is no spectrum of a pruned network.'
  const opening = `At width ${formatCount(most.width)}, the trace of the ${kernelLabels[kind]}`
  if (most === least) {
    return `${opening} is ${formatNumber(most.trace)} for ${methodLabel(most.method)}, and its five largest eigenvalues hold ${formatNumber(most.top5Energy)} of it.`
  }
  const high = largest(mine, (s) => s.top5Energy ?? NaN)
  const low = smallest(mine, (s) => s.top5Energy ?? NaN)
  const traces = `${opening} is ${formatNumber(most.trace / least.trace)} times larger for ${methodLabel(most.method)} than for ${methodLabel(least.method)}`
  if (!high || !low) return `${traces}.`
  return `${traces}, while the share of the five largest eigenvalues goes from ${formatNumber(low.top5Energy)} (${methodLabel(low.method)}) to ${formatNumber(high.top5Energy)} (${methodLabel(high.method)}).`
}

/** Spectral metrics of every method and kernel at the widest networks, one panel per metric. */
export function metricsFigure(findings: Findings): Figure | null {
  const items = atWidest(findings.spectra)
  const methods = methodsOf(findings, items)
  if (methods.length === 0) return null
  const kinds = kernelKinds.filter((kind) => items.some((item) => item.kernel === kind))
  const { color, shape } = seriesChannels(
    'kernel',
    kinds.map((kind) => kernelLabels[kind]),
    kinds.map((kind) => kernelStyles[kernelKinds.indexOf(kind)]),
  )
  const panel = (metric: Metric, i: number): Panel => {
    const rows: Row[] = items.flatMap((item) => {
      const value = metric.value(item)
      if (value === null || !Number.isFinite(value) || (metric.isLog && !(value > 0))) return []
      const spread = metric.spread?.(item) ?? 0
      return [
        {
          method: methodLabel(item.method),
          kernel: kernelLabels[item.kernel],
          value,
          low: value - spread,
          high: value + spread,
        },
      ]
    })
    const x = metric.isLog
      ? logChannel(
          rows.map((row) => row['value'] as number),
          metric.axis,
        )
      : {
          type: 'quantitative' as const,
          scale: { zero: false, nice: true, padding: 8 },
          axis: { title: metric.axis, tickCount: 5 },
        }
    const showNames = i % 3 === 0
    return {
      title: panelTitle(metric.title),
      width: 220,
      height: { step: 34, for: 'position' },
      data: { values: rows },
      encoding: {
        y: {
          field: 'method',
          type: 'nominal',
          sort: null,
          scale: { domain: methods.map(methodLabel) },
          axis: {
            title: null,
            grid: false,
            domain: false,
            ticks: false,
            labels: showNames,
            labelFontSize: 11.5,
            labelPadding: 8,
          },
        },
        yOffset: {
          field: 'kernel',
          type: 'nominal',
          sort: null,
          scale: { domain: kinds.map((kind) => kernelLabels[kind]), paddingOuter: 0.6 },
        },
        x: { field: 'value', ...x },
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 1.2 },
          encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, color },
        },
        { mark: { type: 'point', filled: true, size: 54, opacity: 0.95 }, encoding: { color, shape } },
      ],
    }
  }
  return {
    id: 'metrics',
    title: 'Trace and shape of the spectrum',
    sentence: metricsSentence(items),
    description: `${metricNames} for ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: `Trace and shape of the spectrum, width ${formatCount(items[0].width)}`,
      columns: 3,
      spacing: 18,
      concat: Object.values(metrics).map(panel),
    }),
  }
}
