import { graphonMean, type GraphonChain } from '../graphon/chain/chain.js'
import type { Matrix } from '../linalg/matrix.js'
import { niceTop } from './colormap.js'
import type { Figure } from './figure.js'
import { formatList, formatNumber } from './format.js'
import { averageColumns, colorBar, heatmapPanel } from './heatmap.js'
import { matrixLabel } from './labels.js'
import { figureSpec, type Panel } from './spec.js'

const side = 180

/** Measures of the bins of each hidden layer; `matrices[i]` is between hidden layers i and i + 1. */
type Measures = readonly Float64Array[]

const meanOf = (m: Matrix, measures: Measures, i: number): number =>
  graphonMean(m, measures.at(i), i > 0 ? measures[i - 1] : undefined)

function row(matrices: readonly Matrix[], measures: Measures, letter: 'W' | 'V', top: number, name: string): Panel {
  const panels = matrices.map((m, i) => {
    const axis = (title: string, count: number) => ({ title, domain: [0, count] as const, ticks: [0, count] })
    return heatmapPanel(averageColumns(m, 2 * side), top, {
      width: side,
      height: side,
      title: `${matrixLabel(i + 1, letter)}  (${m.rows} × ${m.cols})`,
      subtitle: `mean ${formatNumber(meanOf(m, measures, i))}`,
      x: axis(i === 0 ? 'input' : 'bin, layer below', m.cols),
      y: axis(i === matrices.length - 1 ? 'class' : 'bin', m.rows),
    })
  })
  return { spacing: 12, vconcat: [{ columns: 4, spacing: 16, concat: panels }, colorBar(top, name, 320)] }
}

/**
 * All graphons of one chain side by side on the colour scale [0, 1], and its energies below on a scale of their own.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { chainFigure } from 'limn/plot'
 *
 * const { title, sentence } = chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3), 'Random masks')
 * console.log(title, sentence.length > 0) // Random masks true
 */
export function chainFigure(chain: GraphonChain, title = 'Graphon chain'): Figure {
  const { W, V, measures } = chain
  const means = W.map((m, i) => `${formatNumber(meanOf(m, measures, i))} in ${matrixLabel(i + 1)}`)
  const rows = [row(W, measures, 'W', 1, 'density')]
  if (V)
    rows.push(
      row(
        V,
        measures,
        'V',
        niceTop(Math.max(...V.flatMap((m) => m.data.reduce((a, b) => Math.max(a, b), 0)))),
        'energy E[M w²]',
      ),
    )
  return {
    id: 'chain',
    title,
    sentence: `The density is ${formatList(means)}.`,
    description: `Heatmaps of ${formatList(W.map((m, i) => `${matrixLabel(i + 1)}, ${m.rows} × ${m.cols}`))}.`,
    spec: figureSpec({ title, spacing: 22, vconcat: rows }),
  }
}

/** A matrix that was sorted by itself; an axis without measures has bins that are all alike. */
export interface SortedMatrix {
  readonly layer: number
  readonly graphon: Matrix
  readonly rowMeasure?: Float64Array
  readonly colMeasure?: Float64Array
}

/**
 * Graphons of matrices that were sorted each by itself, so that their axes share no positions.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { matricesFigure } from 'limn/plot'
 *
 * const figure = matricesFigure([{ layer: 2, graphon: matrixOf([[0.9, 0.1], [0.1, 0.9]]) }], 'One matrix')
 * console.log(figure.title) // One matrix
 */
export function matricesFigure(
  matrices: readonly SortedMatrix[],
  title = 'Graphons, each matrix sorted by itself',
): Figure {
  const means = matrices.map(({ graphon, rowMeasure, colMeasure }) =>
    formatNumber(graphonMean(graphon, rowMeasure, colMeasure)),
  )
  const panels = matrices.map(({ layer, graphon: m }, i) =>
    heatmapPanel(averageColumns(m, 2 * side), 1, {
      width: side,
      height: side,
      title: `${matrixLabel(layer)}  (${m.rows} × ${m.cols})`,
      subtitle: `mean ${means[i]}`,
      x: { title: 'column bin', domain: [0, m.cols], ticks: [0, m.cols] },
      y: { title: 'row bin', domain: [0, m.rows], ticks: [0, m.rows] },
    }),
  )
  return {
    id: 'matrices',
    title,
    sentence: `The density is ${formatList(matrices.map(({ layer }, i) => `${means[i]} in ${matrixLabel(layer)}`))}.`,
    description: `Heatmaps of ${formatList(matrices.map(({ layer, graphon: m }) => `${matrixLabel(layer)}, ${m.rows} × ${m.cols}`))}.`,
    spec: figureSpec({
      title,
      spacing: 16,
      vconcat: [{ columns: 4, spacing: 16, concat: panels }, colorBar(1, 'density', 320)],
    }),
  }
}
