import type { Findings, PruningFinding } from '../study/findings.js'
import { methodChannels, widthChannel } from './encode.js'
import type { Figure } from './figure.js'
import { formatCount, formatNumber, readsEqual } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { largest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

interface Drift {
  readonly method: string
  readonly matrix: number
  readonly from: PruningFinding
  readonly to: PruningFinding
  readonly change: number
}

function drifts({ methods, pruning }: Findings): Drift[] {
  return methods.flatMap((method) => {
    const items = pruning.filter((item) => item.method === method).toSorted((a, b) => a.width - b.width)
    const from = items.at(0)
    const to = items.at(-1)
    if (!from || !to || from.width === to.width) return []
    return from.layerDensity.map((density, i) => ({
      method,
      matrix: i + 1,
      from,
      to,
      change: Math.abs(to.layerDensity[i] - density),
    }))
  })
}

/** Which matrix's density moves most between the narrowest and the widest networks, and which method's stay put. */
export function driftSentence(findings: Findings): string {
  const all = drifts(findings)
  const most = largest(all, ({ change }) => change)
  if (!most) return 'One width cannot show a drift.'
  const { method, matrix, from, to } = most
  const span = `From width ${formatCount(from.width)} to ${formatCount(to.width)}`
  if (readsEqual(from.layerDensity[matrix - 1], to.layerDensity[matrix - 1])) {
    return `${span}, no matrix changes its density${most.change > 0 ? ` by more than ${formatNumber(most.change)}` : ''}.`
  }
  const moved = `the density that moves most is that of ${methodLabel(method)}’s ${matrixLabel(matrix)}, from ${formatNumber(from.layerDensity[matrix - 1])} to ${formatNumber(to.layerDensity[matrix - 1])}`
  const perMethod = findings.methods
    .map((name) => ({ name, change: Math.max(...all.filter((d) => d.method === name).map((d) => d.change)) }))
    .filter(({ name, change }) => name !== method && Number.isFinite(change))
  const least = perMethod.toSorted((a, b) => a.change - b.change).at(0)
  const still = least
    ? `; no matrix of ${methodLabel(least.name)} moves ${least.change > 0 ? `by more than ${formatNumber(least.change)}` : 'at all'}`
    : ''
  return `${span}, ${moved}${still}.`
}

const perRow = 4

/** Density of every matrix against width: a graphon limit needs these to settle. */
export function driftFigure(findings: Findings): Figure | null {
  if (drifts(findings).length === 0) return null
  const { methods, pruning, widths } = findings
  const { color, shape, strokeDash } = methodChannels(methods)
  const matrices = Math.max(...pruning.map((item) => item.layerDensity.length))
  const top = Math.max(...pruning.flatMap((item) => item.layerDensity))
  const panel = (l: number): Panel => ({
    title: panelTitle(matrixLabel(l)),
    width: 190,
    height: 170,
    data: {
      values: pruning.map((item) => ({
        method: methodLabel(item.method),
        width: item.width,
        value: item.layerDensity[l - 1],
      })),
    },
    encoding: {
      x: widthChannel(widths),
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domain: [0, Math.min(1, 1.04 * top) || 1], nice: false },
        axis: { title: l % perRow === 1 ? 'density' : null, tickCount: 5 },
      },
    },
    layer: [
      { mark: { type: 'line' }, encoding: { color, strokeDash } },
      { mark: { type: 'point', filled: true, size: 52, opacity: 1 }, encoding: { color, shape } },
    ],
  })
  return {
    id: 'drift',
    title: 'Does the density of each matrix settle?',
    sentence: driftSentence(findings),
    description: `Density of each of the ${matrices} weight matrices against width, one line per method.`,
    spec: figureSpec({
      title: 'Does the density of each matrix settle as the network widens?',
      columns: perRow,
      spacing: 24,
      concat: Array.from({ length: matrices }, (_, i) => panel(i + 1)),
    }),
  }
}
