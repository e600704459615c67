import type { Findings, GraphonFinding } from '../study/findings.js'
import type { Figure, Panel } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { colorBar, heatmapPanel } from './heatmap.js'
import { matrixLabel, methodLabel } from './labels.js'
import { largest, methodsOf } from './select.js'
import { graphonMoments } from './graphons.js'

/** The matrix between the first two hidden layers. */
const shown = 2

/** Whose density changes most from the narrowest to the widest picture. */
export function widthsSentence(items: readonly GraphonFinding[], methods: readonly string[]): string {
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
  return `From width ${formatCount(most.first.width)} to ${formatCount(most.last.width)} the mean of ${label} moves most for ${methodLabel(most.method)}, from ${formatNumber(most.from)} to ${formatNumber(most.to)}; what looks grainy in narrow networks is noise.`
}

/** One graphon of every method over the ladder of widths, on one colour scale: rows are methods, columns widths. */
export function widthsFigure(findings: Findings): Figure | null {
  const { graphons, widths } = findings
  const methods = methodsOf(findings, graphons)
  if (methods.length === 0 || widths.length < 2 || graphons.some(({ chain }) => chain.W.length <= shown)) return null
  const panel = (method: string, width: number, isFirst: boolean, isLast: boolean): Panel[] => {
    const item = graphons.find((one) => one.method === method && one.width === width)
    if (!item) return []
    const isLeft = width === widths[0]
    return [
      heatmapPanel(item.chain.W[shown - 1], 1, {
        width: 140,
        height: 140,
        ...(isFirst && { title: `n = ${formatCount(width)}` }),
        x: { title: isLast ? 'v' : null, domain: [0, 1], ticks: isLast ? [0, 0.5, 1] : [] },
        y: { title: isLeft ? methodLabel(method) : null, domain: [0, 1], ticks: isLeft ? [0, 0.5, 1] : [] },
      }),
    ]
  }
  const panels = methods.flatMap((method, i) =>
    widths.flatMap((width) => panel(method, width, i === 0, i === methods.length - 1)),
  )
  const label = matrixLabel(shown)
  return {
    id: 'widths',
    title: `${label} from width to width`,
    sentence: widthsSentence(graphons, methods),
    description: `Heatmaps of the step graphon ${label} for ${formatList(methods.map(methodLabel))} at widths ${formatList(widths.map(formatCount))}, all on one colour scale.`,
    spec: {
      title: {
        text: `The graphon ${label} over the ladder of widths`,
        subtitle: 'Rows of a picture are positions u in layer 2, columns positions v in layer 1; mean over trials.',
      },
      spacing: 16,
      vconcat: [{ columns: widths.length, spacing: 12, concat: panels }, colorBar(1, 'density, mean over trials', 360)],
    },
  }
}
