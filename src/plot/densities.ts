import type { Findings, PruningFinding } from '../study/findings.js'
import { methodChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber, formatPercent, formatPlural, readsEqual } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { atWidest, largest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

function extremes(item: PruningFinding) {
  return { low: Math.min(...item.layerDensity), high: Math.max(...item.layerDensity) }
}

/** Which method spreads its weights most unevenly over the matrices, and where units died. */
export function densitiesSentence(items: readonly PruningFinding[]): string {
  const uneven = largest(items, (item) => extremes(item).high - extremes(item).low)
  if (!uneven) return 'No network was pruned.'
  const { low, high } = extremes(uneven)
  const where = (value: number) => matrixLabel(uneven.layerDensity.indexOf(value) + 1)
  const who =
    items.length > 1 ? `${methodLabel(uneven.method)} spreads its weights most unevenly` : methodLabel(uneven.method)
  const range = `from density ${formatNumber(low)} in ${where(low)} to ${formatNumber(high)} in ${where(high)}`
  const spread = readsEqual(low, high)
    ? `every matrix keeps the same density, ${formatNumber(high)}`
    : uneven.scope === 'layer'
      ? `every matrix keeps the same density up to whole weights, ${range}`
      : `${who}${items.length > 1 ? ',' : ' spreads its weights'} ${range}`
  const dead = items
    .flatMap((item) => item.deadFraction.map((fraction, i) => ({ method: item.method, fraction, layer: i + 1 })))
    .filter(({ fraction }) => fraction > 0)
  const worst = largest(dead, ({ fraction }) => fraction)
  const deaths = worst
    ? `${formatPercent(worst.fraction)} of the units of hidden layer ${worst.layer} are dead under ${methodLabel(worst.method)}, the most anywhere`
    : 'no hidden unit is dead'
  return `At width ${formatCount(uneven.width)}, ${spread}; ${deaths}.`
}

/** Density of every matrix and dead fraction of every hidden layer, by method, at the widest networks. */
export function densitiesFigure(findings: Findings): Figure | null {
  const items = atWidest(findings.pruning)
  if (items.length === 0) return null
  const { color, shape, strokeDash } = methodChannels(findings.methods)
  const matrices = items[0].layerDensity.length
  const densityRows: Row[] = items.flatMap((item) =>
    item.layerDensity.map((density, i) => ({
      method: methodLabel(item.method),
      place: matrixLabel(i + 1),
      value: density,
      low: Math.max(0, density - item.layerDensitySd[i]),
      high: Math.min(1, density + item.layerDensitySd[i]),
    })),
  )
  const deadRows: Row[] = items.flatMap((item) =>
    item.deadFraction.map((fraction, i) => ({
      method: methodLabel(item.method),
      place: String(i + 1),
      value: fraction,
    })),
  )
  const panel = (rows: Row[], title: string, xTitle: string, yTitle: string, width: number): Panel => ({
    title: panelTitle(title),
    width,
    height: 230,
    data: { values: rows },
    encoding: {
      x: { field: 'place', type: 'ordinal', sort: null, axis: { title: xTitle, labelAngle: 0, grid: false } },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domainMin: 0, nice: true },
        axis: { title: yTitle, tickCount: 6 },
      },
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.8 }, encoding: { color, strokeDash } },
      ...(rows === densityRows
        ? [
            {
              mark: { type: 'rule' as const, strokeWidth: 1 },
              encoding: { y: { field: 'low', type: 'quantitative' as const }, y2: { field: 'high' }, color },
            },
          ]
        : []),
      { mark: { type: 'point', filled: true, size: 62, opacity: 1 }, encoding: { color, shape } },
    ],
  })
  const hidden = items[0].deadFraction.length
  return {
    id: 'densities',
    title: 'Where each method keeps its weights',
    sentence: densitiesSentence(items),
    description: `Density of the ${matrices} weight matrices and fraction of dead units of ${formatPlural(hidden, 'hidden layer')} under ${formatList(items.map((item) => methodLabel(item.method)))}.`,
    spec: figureSpec({
      title: `Where each method keeps its weights, width ${formatCount(items[0].width)}`,
      spacing: 40,
      hconcat: [
        panel(densityRows, 'Density', 'weight matrix', 'kept fraction (± one s.d. over trials)', 400),
        ...(hidden > 0 ? [panel(deadRows, 'Dead units', 'hidden layer', 'fraction without input or output', 300)] : []),
      ],
    }),
  }
}
