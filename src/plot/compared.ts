import type { Comparison } from '../study/compare/compare.js'
import { measureOf, type MeasureName } from '../study/compare/measures.js'
import { logChannel, seriesChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatList } from './format.js'
import { methodLabel } from './labels.js'
import { kernelStyles } from './palette.js'
import { figureSpec } from './spec.js'

/** One number of both studies by method: every network as a point, the means joined; null where there are no such numbers. */
export function comparedFigure({ numbers, names }: Comparison, measure: MeasureName, sentence: string): Figure | null {
  const own = numbers.filter((one) => one.measure === measure && one.a.mean > 0 && one.b.mean > 0)
  if (own.length === 0) return null
  const several =
    new Set(own.map(({ cells }) => `${cells.a.density} ${cells.a.scope} ${cells.a.hiddenLayers}`)).size > 1
  const nameOf = ({ method, cells }: (typeof own)[number]): string =>
    several
      ? `${methodLabel(method)}, ${cells.a.density}, ${cells.a.scope}, ${cells.a.hiddenLayers} hidden`
      : methodLabel(method)
  const [first, second] = names.a === names.b ? ['A', 'B'] : [names.a, names.b]
  const points = own.flatMap((one): Row[] =>
    ([first, second] as const).flatMap((study, side) => {
      const { values, mean } = side === 0 ? one.a : one.b
      return (values ?? [mean]).filter((value) => value > 0).map((value) => ({ method: nameOf(one), study, value }))
    }),
  )
  const means = own.flatMap((one): Row[] => [
    { method: nameOf(one), study: first, value: one.a.mean },
    { method: nameOf(one), study: second, value: one.b.mean },
  ])
  const { color, shape } = seriesChannels('study', [first, second], [kernelStyles[2], kernelStyles[1]])
  const { label, isShare } = measureOf(measure)
  const y = {
    field: 'method',
    type: 'nominal' as const,
    sort: null,
    axis: { title: null, labelLimit: 200, grid: true },
  }
  const x = {
    field: 'value',
    ...(isShare
      ? { type: 'quantitative' as const, scale: { domain: [0, 1] }, axis: { title: label, tickCount: 5 } }
      : logChannel(
          [...points, ...means].map((row) => row['value'] as number),
          label,
        )),
  }
  return {
    id: `compared-${measure}`,
    title: `${label.charAt(0).toUpperCase()}${label.slice(1)} in both studies`,
    sentence,
    description: `For each of ${formatList([...new Set(own.map(nameOf))])}, the ${label} of every network of ${first} and of ${second}, their means joined by a line.`,
    spec: figureSpec({
      title: `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
      width: 340,
      height: { step: 30 },
      layer: [
        {
          data: { values: means },
          mark: { type: 'line', color: 'currentColor', opacity: 0.35, strokeWidth: 1.5 },
          encoding: { x, y, detail: { field: 'method', type: 'nominal' } },
        },
        {
          data: { values: points },
          mark: { type: 'point', size: 34, opacity: 0.65 },
          encoding: { x, y, color, shape },
        },
        {
          data: { values: means },
          mark: { type: 'point', filled: true, size: 110, opacity: 1 },
          encoding: { x, y, color, shape },
        },
      ],
    }),
  }
}
