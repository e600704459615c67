import type { Findings, GraphonFinding } from '../study/findings.js'
import type { Figure } from './figure.js'
import { formatCount, formatList, formatNumber, readsEqual } from './format.js'
import { averageColumns, colorBar, heatmapPanel } from './heatmap.js'
import { matrixLabel, methodLabel } from './labels.js'
import { largest, methodsOf } from './select.js'
import { graphonMoments } from './graphons.js'
import { figureSpec, type Panel } from './spec.js'

/** Whose density changes most from the narrowest to the widest picture. */
export function widthsSentence(items: readonly GraphonFinding[], methods: readonly string[], shown: number): string {
  const moved = methods.flatMap((method) => {
    const own = items.filter((item) => item.method === method).toSorted((a, b) => a.width - b.width)
    const [first, last] = [own.at(0), own.at(-1)]
    if (!first || !last || first === last) return []
    const [from, to] = [first, last].map((item) => graphonMoments(item.chain, shown).mean)
    return [{ method, from, to, change: Math.abs(to - from), first, last }]
  })
  const most = largest(moved, ({ change }) => change)
  if (!most) return 'With one width there is nothing to compare.'
  const label = matrixLabel(shown)
  const span = `From width ${formatCount(most.first.width)} to ${formatCount(most.last.width)} the mean of ${label}`
  const move = readsEqual(most.from, most.to)
    ? 'stays the same for every method'
    : `moves most for ${methodLabel(most.method)}, from ${formatNumber(most.from)} to ${formatNumber(most.to)}`
  return `${span} ${move}; what looks grainy in narrow networks is noise.`
}

const side = 140

/** One graphon of every method over the ladder of widths, on one colour scale: rows are methods, columns widths. */
function widthsFigure(findings: Findings, methods: readonly string[], shown: number): Figure {
  const { graphons, widths } = findings
  const matrices = graphons[0].chain.W.length
  const isFirstMatrix = shown === 1
  const isLastMatrix = shown === matrices
  const panel = (method: string, width: number, isFirst: boolean, isLast: boolean): Panel[] => {
    const item = graphons.find((one) => one.method === method && one.width === width)
    if (!item) return []
    const isLeft = width === widths[0]
    const m = item.chain.W[shown - 1]
    return [
      heatmapPanel(averageColumns(m, 2 * side), 1, {
        width: side,
        height: side,
        ...(isFirst && { title: `n = ${formatCount(width)}` }),
        x: {
          title: isLast ? (isFirstMatrix ? 'input coordinate' : `v, position in layer ${shown - 1}`) : null,
          domain: isFirstMatrix ? [0, m.cols] : [0, 1],
          ticks: isLast ? (isFirstMatrix ? [0, m.cols] : [0, 0.5, 1]) : [],
        },
        y: {
          title: isLeft ? methodLabel(method) : null,
          domain: isLastMatrix ? [-0.5, m.rows - 0.5] : [0, 1],
          ticks: isLeft ? (isLastMatrix ? [0, m.rows - 1].slice(0, m.rows) : [0, 0.5, 1]) : [],
        },
      }),
    ]
  }
  const panels = methods.flatMap((method, i) =>
    widths.flatMap((width) => panel(method, width, i === 0, i === methods.length - 1)),
  )
  const label = matrixLabel(shown)
  const rows = isLastMatrix ? 'classes' : `positions u in layer ${shown}`
  const columns = isFirstMatrix ? 'input coordinates' : `positions v in layer ${shown - 1}`
  return {
    id: `widths-${shown}`,
    title: `${label} from width to width`,
    sentence: `${widthsSentence(graphons, methods, shown)} The paper draws such ladders in its Figures 4 to 10, each matrix sorted by itself; here hidden units keep one order in both matrices they belong to.`,
    description: `Heatmaps of the step graphon ${label} for ${formatList(methods.map(methodLabel))} at widths ${formatList(widths.map(formatCount))}, all on one colour scale.`,
    spec: figureSpec({
      title: {
        text: `The graphon ${label} over the ladder of widths`,
        subtitle: `Rows of a picture are ${rows}, columns ${columns}; mean over trials.`,
      },
      spacing: 16,
      vconcat: [{ columns: widths.length, spacing: 12, concat: panels }, colorBar(1, 'density, mean over trials', 360)],
    }),
  }
}

/** One figure for every matrix, from the inputs on. */
export function widthsFigures(findings: Findings): Figure[] {
  const { graphons, widths } = findings
  const methods = methodsOf(findings, graphons)
  if (methods.length === 0 || widths.length < 2) return []
  return graphons[0].chain.W.map((_, l) => widthsFigure(findings, methods, l + 1))
}
