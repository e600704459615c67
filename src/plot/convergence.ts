import type { ConvergenceFinding, Findings } from '../study/findings.js'
import { againstReference, logChannel, seriesChannels, widthChannel } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber, formatPlural } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { matrixStyle } from './palette.js'
import { largest, methodsOf } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** Two estimates farther apart than this many noise floors are called different. */
export const movingThreshold = 2

export interface LastStep {
  readonly method: string
  readonly matrix: number
  readonly from: number
  readonly to: number
  /** Successive distance between the two widest networks, in noise floors. */
  readonly ratio: number
}

/** The step between the two largest widths of every matrix for which distance and floor are known. */
export function lastSteps(convergence: readonly ConvergenceFinding[]): LastStep[] {
  return convergence.flatMap(({ method, matrix, points }) => {
    const sorted = points.toSorted((a, b) => a.width - b.width)
    const before = sorted.at(-2)
    const last = sorted.at(-1)
    if (!before || !last || last.successive === null) return []
    if (!(last.successiveFloor !== null && last.successiveFloor > 0)) return []
    return [{ method, matrix, from: before.width, to: last.width, ratio: last.successive / last.successiveFloor }]
  })
}

/** Whether the graphons still move between the two largest widths, measured in noise floors. */
export function convergenceSentence(convergence: readonly ConvergenceFinding[]): string {
  const steps = lastSteps(convergence)
  const most = largest(steps, ({ ratio }) => ratio)
  if (!most) return 'With one width, or without a noise floor, nothing can be said about convergence.'
  const step = `from width ${formatCount(most.from)} to ${formatCount(most.to)}`
  const name = `${methodLabel(most.method)}’s ${matrixLabel(most.matrix)}`
  const floors = `${formatNumber(most.ratio)} times the noise floor`
  if (most.ratio < movingThreshold) {
    return `${step[0].toUpperCase()}${step.slice(1)} no graphon moves by ${movingThreshold} times the noise floor or more: the largest distance, that of ${name}, is ${floors}.`
  }
  const moving = steps.filter(({ ratio }) => ratio >= movingThreshold)
  const others = moving.length - 1
  const rest =
    others > 0
      ? `, and ${formatPlural(others, 'other matrix', 'other matrices')} of ${formatCount(steps.length)} in all ${others === 1 ? 'is' : 'are'} at ${movingThreshold} times or more`
      : `, the only one of ${formatCount(steps.length)} at ${movingThreshold} times or more`
  return `${name} still moves: ${step} its distance is ${floors}${rest}.`
}

const sides = [
  { kind: 'to the widest', value: 'toWidest', floor: 'toWidestFloor', height: 150 },
  { kind: 'to the next smaller width', value: 'successive', floor: 'successiveFloor', height: 150 },
] as const

const isPositive = (value: number | null): value is number => value !== null && value > 0 && Number.isFinite(value)

/** Distances against width, log–log, with the noise floor dashed: to the widest network above, to the next smaller below. */
export function convergenceFigure(findings: Findings): Figure | null {
  const { convergence } = findings
  const values = convergence.flatMap(({ points }) =>
    points.flatMap((p) => [p.toWidest, p.toWidestFloor, p.successive, p.successiveFloor]).filter(isPositive),
  )
  const methods = methodsOf(findings, convergence)
  if (values.length === 0) return null
  const matrices = Math.max(...convergence.map(({ matrix }) => matrix))
  const names = Array.from({ length: matrices }, (_, i) => matrixLabel(i + 1))
  const styles = names.map((_, i) => matrixStyle(i + 1, matrices))
  const { color, shape } = seriesChannels('matrix', names, styles)
  const widths = [...new Set(convergence.flatMap(({ points }) => points.map(({ width }) => width)))].sort(
    (a, b) => a - b,
  )
  const panel = (method: string, side: (typeof sides)[number], isLeft: boolean): Panel => {
    const mine = convergence.filter((finding) => finding.method === method)
    const rows: Row[] = mine.flatMap(({ matrix, points }) =>
      points.flatMap((p) => [
        { matrix: matrixLabel(matrix), width: p.width, line: 'distance', value: p[side.value] },
        { matrix: matrixLabel(matrix), width: p.width, line: 'noise floor', value: p[side.floor] },
      ]),
    )
    const y = logChannel(values, isLeft ? [`L² distance`, side.kind] : null)
    return {
      ...(side.value === 'toWidest' ? { title: panelTitle(methodLabel(method)) } : {}),
      width: 158,
      height: side.height,
      data: { values: rows.filter((row) => isPositive(row['value'] as number | null)) },
      encoding: { x: widthChannel(widths, side.value === 'successive'), y: { field: 'value', ...y } },
      layer: againstReference('line', 'distance', 'noise floor', color, shape),
    }
  }
  const perRow = 5
  const chunks = Array.from({ length: Math.ceil(methods.length / perRow) }, (_, i) =>
    methods.slice(i * perRow, (i + 1) * perRow),
  )
  return {
    id: 'convergence',
    title: 'Do the graphons converge?',
    sentence: `${convergenceSentence(convergence)} The upper row is what the paper’s Figure 1 shows, here with the noise floor.`,
    description: `Distances between the graphon estimates of different widths for ${formatList(methods.map(methodLabel))}, one line per weight matrix, with the noise floor of Erdős–Rényi masks dashed.`,
    spec: figureSpec({
      title: {
        text: 'Do the graphons converge? Distance between estimates against width',
        subtitle:
          'Solid: measured. Dashed: the same distance between Erdős–Rényi masks of equal densities, the noise floor.',
      },
      spacing: 26,
      vconcat: chunks.map((chunk) => ({
        columns: chunk.length,
        spacing: 14,
        concat: sides.flatMap((side) => chunk.map((method, i) => panel(method, side, i === 0))),
      })),
    }),
  }
}
