import type { Findings } from '../study/findings.js'
import { againstReference, logChannel, seriesChannels, widthChannel } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { matrixStyle } from './palette.js'
import { largest, methodsOf } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

interface Excess {
  readonly method: string
  readonly matrix: number
  readonly width: number
  /** Change of W/ρ from the next smaller width that noise and sorting do not explain. */
  readonly excess: number
}

/** What the last step in width changes of every normalised graphon beyond noise. */
export function lastExcesses({ convergence }: Findings): Excess[] {
  return convergence.flatMap(({ method, matrix, points }) => {
    const last = points.toSorted((a, b) => a.width - b.width).at(-1)
    if (!last || last.shapeChange === null || last.shapeFloor === null) return []
    const excess = Math.sqrt(Math.max(0, last.shapeChange ** 2 - last.shapeFloor ** 2))
    return [{ method, matrix, width: last.width, excess }]
  })
}

/** Whose shape changes most in the last step. */
export function shapeSentence(findings: Findings): string {
  const most = largest(lastExcesses(findings), ({ excess }) => excess)
  if (!most) return 'With fewer than two widths or three trials the change of shape cannot be told from noise.'
  if (most.excess === 0) return `In the last step, to width ${formatCount(most.width)}, no shape changes beyond noise.`
  return `In the last step, to width ${formatCount(most.width)}, the shape that changes most is that of ${methodLabel(most.method)}’s ${matrixLabel(most.matrix)}: by ${formatNumber(most.excess)} in L² beyond noise and sorting.`
}

/** Change of the normalised graphons from one width to the next, with what noise and sorting alone give. */
export function shapeChangesFigure(findings: Findings): Figure | null {
  const { convergence } = findings
  const isPositive = (value: number | null): value is number => value !== null && value > 0 && Number.isFinite(value)
  const values = convergence.flatMap(({ points }) =>
    points.flatMap((p) => [p.shapeChange, p.shapeFloor]).filter(isPositive),
  )
  if (values.length === 0) return null
  const methods = methodsOf(findings, convergence)
  const matrices = Math.max(...convergence.map(({ matrix }) => matrix))
  const names = Array.from({ length: matrices }, (_, i) => matrixLabel(i + 1))
  const { color, shape } = seriesChannels(
    'matrix',
    names,
    names.map((_, i) => matrixStyle(i + 1, matrices)),
  )
  const widths = findings.widths.slice(1)
  const panel = (method: string, i: number): Panel => {
    const rows: Row[] = convergence
      .filter((finding) => finding.method === method)
      .flatMap(({ matrix, points }) =>
        points.flatMap((p) => [
          { matrix: matrixLabel(matrix), width: p.width, line: 'change', value: p.shapeChange },
          { matrix: matrixLabel(matrix), width: p.width, line: 'noise', value: p.shapeFloor },
        ]),
      )
    return {
      title: panelTitle(methodLabel(method)),
      width: 158,
      height: 190,
      data: { values: rows.filter((row) => isPositive(row['value'] as number | null)) },
      encoding: {
        x: widthChannel(widths),
        y: {
          field: 'value',
          ...logChannel(values, i % 5 === 0 ? ['L² distance of W/ρ', 'to the next smaller width'] : null),
        },
      },
      layer: againstReference('line', 'change', 'noise', color, shape),
    }
  }
  return {
    id: 'shape-changes',
    title: 'Do the shapes settle?',
    sentence: shapeSentence(findings),
    description: `Change of the normalised graphons between neighbouring widths for ${formatList(methods.map(methodLabel))}, one line per weight matrix, with what noise and sorting alone give dashed.`,
    spec: figureSpec({
      title: {
        text: 'Do the shapes settle? Change of the normalised graphons W/ρ from width to width',
        subtitle:
          'Solid: measured. Dashed: what the noise of the trials and the bias of sorting give for one graphon at both widths.',
      },
      columns: 5,
      spacing: 14,
      concat: methods.map(panel),
    }),
  }
}
