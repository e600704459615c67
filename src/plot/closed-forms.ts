import type { ClosedFormFinding, ClosedFormMatrix, Findings } from '../study/findings.js'
import { againstReference, logChannel, seriesChannels, widthChannel } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber, formatPercent } from './format.js'
import { averageColumns, colorBar, heatmapPanel } from './heatmap.js'
import { matrixLabel, methodLabel } from './labels.js'
import { matrixStyle } from './palette.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

interface Named extends ClosedFormMatrix {
  readonly name: string
}

const named = (forms: readonly ClosedFormFinding[]): Named[] =>
  forms.flatMap(({ method, matrices }) =>
    matrices.map((found) => ({ ...found, name: `${methodLabel(method)}’s ${matrixLabel(found.matrix)}` })),
  )

/** How much of the structure closed forms explain, where there is any. */
export function closedFormsSentence(forms: readonly ClosedFormFinding[]): string {
  const all = named(atWidest(forms))
  const explained = all.flatMap((one) => (one.explained === null ? [] : [{ ...one, share: one.explained }]))
  const [best, worst] = [largest(explained, ({ share }) => share), smallest(explained, ({ share }) => share)]
  if (!best || !worst) {
    const far = largest(all, ({ distance, floor }) => (floor > 0 ? distance / floor : 0))
    return far
      ? `No matrix has structure beyond noise; the closed form that is farthest off, of ${far.name}, is at ${formatNumber(far.distance)} in L² with a noise floor of ${formatNumber(far.floor)}.`
      : 'No closed form was evaluated.'
  }
  const range =
    best === worst
      ? `${formatPercent(best.share)} of it, in ${best.name}`
      : `from ${formatPercent(worst.share)} of it (${worst.name}) to ${formatPercent(best.share)} (${best.name})`
  return `Where there is structure beyond noise at width ${formatCount(forms.reduce((most, { width }) => Math.max(most, width), 0))}, the closed form explains ${range}.`
}

const side = 140

/** Predicted graphons under estimated ones: two rows for each method, columns are matrices, one colour scale. */
export function closedFormsFigure(findings: Findings): Figure | null {
  const forms = atWidest(findings.closedForms).filter(({ graphons }) => graphons !== null)
  const methods = methodsOf(findings, forms)
  if (methods.length === 0) return null
  const rows = methods.flatMap((method) => {
    const { predicted, estimate } = forms.find((form) => form.method === method)!.graphons!
    return [
      { title: [methodLabel(method), 'estimate'], W: estimate },
      { title: [methodLabel(method), 'closed form'], W: predicted },
    ]
  })
  const matrices = rows[0].W.length
  const panels = rows.flatMap(({ title, W }, i) =>
    W.map((m, l): Panel => {
      const isLast = i === rows.length - 1
      return heatmapPanel(averageColumns(m, 2 * side), 1, {
        width: side,
        height: side,
        title: i === 0 ? matrixLabel(l + 1) : undefined,
        x: {
          title: isLast ? (l === 0 ? 'input coordinate' : `v, position in layer ${l}`) : null,
          domain: l === 0 ? [0, m.cols] : [0, 1],
          ticks: isLast ? (l === 0 ? [0, m.cols] : [0, 0.5, 1]) : [],
        },
        y: { title: l === 0 ? title : null, domain: [0, 1], ticks: [] },
      })
    }),
  )
  return {
    id: 'closed-forms',
    title: 'Closed form against estimate',
    sentence: closedFormsSentence(findings.closedForms),
    description: `Heatmaps of estimated step graphons and of those predicted in closed form for ${formatList(methods.map(methodLabel))}, in the order of the masks’ degrees.`,
    spec: figureSpec({
      title: {
        text: `Closed form against estimate, width ${formatCount(forms[0].width)}, one network`,
        subtitle: 'Hidden units in the order of the mask’s degrees, the same bins for both.',
      },
      spacing: 16,
      vconcat: [{ columns: matrices, spacing: 12, concat: panels }, colorBar(1, 'probability of being kept', 360)],
    }),
  }
}

/** Distance between closed form and estimate against width, with that of masks drawn from the form itself. */
export function closedFormWidthsFigure(findings: Findings): Figure | null {
  const { closedForms, widths } = findings
  const methods = methodsOf(findings, closedForms)
  const all = closedForms.flatMap(({ matrices }) => matrices)
  const values = all.flatMap(({ distance, floor }) => [distance, floor]).filter((value) => value > 0)
  if (values.length === 0 || widths.length < 2) return null
  const matrices = Math.max(...all.map(({ matrix }) => matrix))
  const names = Array.from({ length: matrices }, (_, i) => matrixLabel(i + 1))
  const { color, shape } = seriesChannels(
    'matrix',
    names,
    names.map((_, i) => matrixStyle(i + 1, matrices)),
  )
  const panel = (method: string, i: number): Panel => {
    const rows: Row[] = closedForms
      .filter((form) => form.method === method)
      .flatMap(({ width, matrices: found }) =>
        found.flatMap(({ matrix, distance, floor }) => [
          { matrix: matrixLabel(matrix), width, line: 'distance', value: distance },
          { matrix: matrixLabel(matrix), width, line: 'floor', value: floor },
        ]),
      )
    return {
      title: panelTitle(methodLabel(method)),
      width: 220,
      height: 190,
      data: { values: rows.filter(({ value }) => typeof value === 'number' && value > 0) },
      encoding: {
        x: widthChannel(widths),
        y: {
          field: 'value',
          ...logChannel(values, i % 3 === 0 ? ['L² distance between', 'closed form and estimate'] : null),
        },
      },
      layer: againstReference('line', 'distance', 'floor', color, shape),
    }
  }
  const farthest = largest(named(atWidest(closedForms)), ({ distance, floor }) => (floor > 0 ? distance / floor : 0))
  return {
    id: 'closed-form-widths',
    title: 'Does the closed form hold as width grows?',
    sentence: farthest
      ? `At the largest width the closed form farthest from its noise floor is that of ${farthest.name}: ${formatNumber(farthest.distance)} against ${formatNumber(farthest.floor)} for masks drawn from the form itself.`
      : 'No distance can be compared with its noise floor.',
    description: `Distances between closed form and estimate against width for ${formatList(methods.map(methodLabel))}, one line per weight matrix, with those of masks drawn from the form dashed.`,
    spec: figureSpec({
      title: {
        text: 'Does the closed form hold as width grows?',
        subtitle: 'Solid: one pruned network. Dashed: masks drawn from the closed form itself, the noise floor.',
      },
      columns: 3,
      spacing: 20,
      concat: methods.map(panel),
    }),
  }
}
