import type { GraphonChain } from '../graphon/chain/chain.js'
import type { Findings, GraphonFinding } from '../study/findings.js'
import type { Figure } from './figure.js'
import { formatCount, formatList, formatNumber, formatPercent } from './format.js'
import { averageColumns, colorBar, heatmapPanel } from './heatmap.js'
import { matrixLabel, methodLabel } from './labels.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { figureSpec, type Panel } from './spec.js'

/** Mean and standard deviation of W^l over [0,1]², measure-weighted; input coordinates and classes weigh alike. */
export function graphonMoments({ W, measures }: GraphonChain, l: number): { mean: number; sd: number } {
  const { rows, cols, data } = W[l - 1]
  const rowMeasure = l - 1 < measures.length ? measures[l - 1] : null
  const colMeasure = l > 1 ? measures[l - 2] : null
  let first = 0
  let second = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const weight = (rowMeasure ? rowMeasure[i] : 1 / rows) * (colMeasure ? colMeasure[j] : 1 / cols)
      const value = data[i * cols + j]
      first += weight * value
      second += weight * value * value
    }
  }
  return { mean: first, sd: Math.sqrt(Math.max(0, second - first * first)) }
}

/** Which graphons are far from a constant, and which are close to one. */
export function graphonsSentence(items: readonly GraphonFinding[]): string {
  const all = items.flatMap((item) =>
    item.chain.W.map((_, i) => ({
      name: `${methodLabel(item.method)}’s ${matrixLabel(i + 1)}`,
      ...graphonMoments(item.chain, i + 1),
      width: item.width,
    })),
  )
  const bent = largest(all, ({ sd }) => sd)
  const flat = smallest(all, ({ sd }) => sd)
  if (!bent || !flat) return 'No graphon was estimated.'
  const shape = (g: typeof bent) =>
    `standard deviation ${formatNumber(g.sd)} around mean density ${formatNumber(g.mean)}`
  const closest = flat === bent ? '' : `, and ${flat.name} closest to one (${shape(flat)})`
  return `At width ${formatCount(bent.width)}, ${bent.name} is farthest from a constant graphon (${shape(bent)})${closest}.`
}

const side = 150
/** Two image columns to a pixel are as much as a screen of double density shows. */
const maxImageColumns = 2 * side

function matrixPanel(item: GraphonFinding, l: number, isFirstRow: boolean, isLastRow: boolean): Panel {
  const { W } = item.chain
  const m = W[l - 1]
  const last = l === W.length
  const title = isFirstRow ? `${matrixLabel(l)}  (${m.rows} × ${m.cols})` : undefined
  return heatmapPanel(averageColumns(m, maxImageColumns), 1, {
    width: side,
    height: side,
    title,
    x: {
      title: isLastRow ? (l === 1 ? 'input coordinate' : `v, position in layer ${l - 1}`) : null,
      domain: l === 1 ? [0, m.cols] : [0, 1],
      ticks: isLastRow ? (l === 1 ? [0, m.cols] : [0, 0.5, 1]) : [],
    },
    y: {
      title: l === 1 ? methodLabel(item.method) : last ? 'class' : null,
      domain: last ? [-0.5, m.rows - 0.5] : [0, 1],
      ticks: l === 1 ? [0, 0.5, 1] : last ? [0, m.rows - 1].slice(0, m.rows) : [],
    },
  })
}

/** Every method's graphon chain at the widest networks: rows are methods, columns are matrices. */
export function graphonsFigure(findings: Findings): Figure | null {
  const items = atWidest(findings.graphons)
  const methods = methodsOf(findings, items)
  if (methods.length === 0) return null
  const rows = methods.map((method) => items.find((item) => item.method === method)!)
  const matrices = rows[0].chain.W.length
  const panels = rows.flatMap((item, i) =>
    item.chain.W.map((_, m) => matrixPanel(item, m + 1, i === 0, i === rows.length - 1)),
  )
  return {
    id: 'graphons',
    title: 'Graphons of the pruning masks',
    sentence: graphonsSentence(rows),
    description: `Heatmaps of ${matrices} step graphons for each of ${formatList(methods.map(methodLabel))}; hidden positions run from the unit with most connections (0) to the one with fewest (1).`,
    spec: figureSpec({
      title: {
        text: `Graphons of the pruning masks, width ${formatCount(rows[0].width)}`,
        subtitle:
          'Rows are positions u in layer l (0 = best connected), columns positions v in layer l − 1; inputs and classes are exact.',
      },
      spacing: 16,
      vconcat: [{ columns: matrices, spacing: 12, concat: panels }, colorBar(1, 'density, mean over trials', 360)],
    }),
  }
}

/** Kept density of every input coordinate: W^1 averaged over the first hidden layer. */
export function inputDensity({ W, measures }: GraphonChain): Float64Array {
  const { rows, cols, data } = W[0]
  const result = new Float64Array(cols)
  for (let i = 0; i < rows; i++) {
    const weight = measures.length > 0 ? measures[0][i] : 1 / rows
    for (let j = 0; j < cols; j++) result[j] += weight * data[i * cols + j]
  }
  return result
}

/** The smallest fraction of the inputs that holds half of the kept first-layer weights; null when nothing is kept. */
export function halfMassFraction(density: Float64Array): number | null {
  const total = density.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return null
  let held = 0
  let count = 0
  for (const value of density.toSorted().reverse()) {
    if (held >= total / 2) break
    held += value
    count += 1
  }
  return count / density.length
}

/** How concentrated each method's first matrix is on few inputs. */
export function inputsSentence(items: readonly { readonly method: string; readonly density: Float64Array }[]): string {
  const halves = items.flatMap(({ method, density }) => {
    const fraction = halfMassFraction(density)
    return fraction === null ? [] : [{ method, fraction }]
  })
  const most = smallest(halves, ({ fraction }) => fraction)
  const least = largest(halves, ({ fraction }) => fraction)
  if (!most || !least) return 'No weight of the first matrix is kept.'
  const focus = `half of the weights that ${methodLabel(most.method)} keeps in W¹ see ${formatPercent(most.fraction)} of the pixels`
  if (most === least) return `Of the inputs, ${focus}.`
  return `Of the inputs, ${focus}, against ${formatPercent(least.fraction)} for ${methodLabel(least.method)}.`
}
