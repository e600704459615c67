import { methodChannels, logChannel } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber, formatPlural } from './format.js'
import { methodLabel } from './labels.js'
import type { Setting } from '../study/findings.js'
import { atWidest, sameSetting } from './select.js'
import { figureSpec } from './spec.js'
import { drawnSteps, meanCurve } from './training.js'

/** How many results there were at one moment of a watch. */
export interface ProgressPoint {
  /** Since the watch began. */
  readonly minutes: number
  readonly done: number
}

/** Results over time; null before there are two moments. */
export function progressFigure(points: readonly ProgressPoint[], total: number): Figure | null {
  if (points.length < 2) return null
  const [first, last] = [points[0], points[points.length - 1]]
  const came = last.done - first.done
  const every = Math.ceil(points.length / 400)
  const values = points
    .filter((_, i) => i % every === 0 || i === points.length - 1)
    .map(({ minutes, done }): Row => ({ minutes, done }))
  return {
    id: 'progress',
    title: 'Results over time',
    sentence: `${formatPlural(came, 'result')} came in ${formatNumber(last.minutes - first.minutes)} minutes.`,
    description: 'The number of results that are there against the minutes since the watch began.',
    spec: figureSpec({
      title: `Results over time, of ${formatCount(total)}`,
      width: 520,
      height: 170,
      data: { values },
      mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2, color: '#0a84c6' },
      encoding: {
        x: {
          field: 'minutes',
          type: 'quantitative',
          scale: { nice: false },
          axis: { title: 'minutes since the watch began', tickCount: 6, grid: false },
        },
        y: {
          field: 'done',
          type: 'quantitative',
          scale: { zero: false },
          axis: { title: 'results', tickCount: 5, format: 'd' },
        },
      },
    }),
  }
}

/** The measured loss of one trained network. */
export interface LiveCurve extends Setting {
  readonly method: string
  readonly width: number
  /** Before each step and after the last. */
  readonly loss: readonly number[]
}

/** Settings that are drawn, the first of a study. */
const mostDrawn = 6

/**
 * The measured loss by method of the networks that are trained so far, at the widest width that has one: a figure for each of the
 * first settings that has some.
 */
export function liveLossFigures(
  curves: readonly LiveCurve[],
  order: readonly string[],
  settings: readonly Setting[],
): Figure[] {
  return settings
    .flatMap((setting) => lossFigure(curves, order, setting, settings) ?? [])
    .slice(0, mostDrawn)
    .map((figure, i) => (i === 0 ? figure : { ...figure, id: `${figure.id}-${i + 1}` }))
}

/** Logarithmic, unless the losses are so close together that hardly a round number lies among them. */
function lossChannel(losses: readonly number[]) {
  const log = logChannel(losses, 'training loss')
  if (log.axis.values.length > 1) return log
  return {
    type: 'quantitative' as const,
    scale: { zero: false, nice: true },
    axis: { title: log.axis.title, tickCount: 5 },
  }
}

function lossFigure(
  all: readonly LiveCurve[],
  order: readonly string[],
  setting: Setting,
  settings: readonly Setting[],
): Figure | null {
  const curves = atWidest(all.filter((curve) => sameSetting(curve, setting)))
  const methods = order.filter((method) => curves.some((curve) => curve.method === method))
  const rows = methods.flatMap((method) => {
    const mean = meanCurve(curves.filter((curve) => curve.method === method).map(({ loss }) => loss))
    return drawnSteps(mean.length)
      .map((step) => ({ method: methodLabel(method), step, loss: mean[step] }))
      .filter(({ loss }) => Number.isFinite(loss) && loss > 0)
  })
  if (rows.length === 0) return null
  const { lineColor: color, lineDash: strokeDash } = methodChannels(methods)
  const ends = methods.flatMap((method) => {
    const own = rows.filter((row) => row.method === methodLabel(method))
    return own.length > 0 ? [`${formatNumber(own[own.length - 1].loss)} for ${methodLabel(method)}`] : []
  })
  const varies = (key: keyof Setting): boolean => new Set(settings.map((one) => one[key])).size > 1
  const where = [
    `width ${formatCount(curves[0].width)}`,
    `density ${setting.density}`,
    ...(varies('scope') ? [`${setting.scope} scope`] : []),
    ...(varies('hiddenLayers') ? [formatPlural(setting.hiddenLayers, 'hidden layer')] : []),
  ].join(', ')
  return {
    id: 'live-loss',
    title: 'Measured training loss so far',
    sentence: `Of ${formatPlural(curves.length, 'trained network')} at ${where}, the mean loss after the last step is ${formatList(ends)}.`,
    description: `Mean training loss against gradient descent step, one line for each of ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: `Measured training loss so far, ${where}`,
      width: 520,
      height: 220,
      data: { values: rows },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: {
        x: {
          field: 'step',
          type: 'quantitative',
          scale: { nice: false },
          axis: { title: 'gradient descent step', tickCount: 6, grid: false },
        },
        y: { field: 'loss', ...lossChannel(rows.map(({ loss }) => loss)) },
        color,
        strokeDash,
      },
    }),
  }
}
