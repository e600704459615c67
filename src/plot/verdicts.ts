import { predictedMethods } from '../graphon/limits/predictions.js'
import { verdicts, type Verdict } from '../graphon/convergence/limit-test/verdict.js'
import type { ConvergenceFinding, Findings } from '../study/findings.js'
import type { Figure } from './figure.js'
import { formatCount, formatList, formatPlural } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { methodsOf } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** Fills of the table's cells; the word in the cell says the same. */
export const verdictColors: Readonly<Record<Verdict, string>> = {
  converged: '#009e73',
  converging: '#0a84c6',
  drifting: '#d55e00',
  undecided: '#8a8f98',
}

/** `SNIP’s W¹ and W³; SynFlow’s W²`: matrices under their methods. */
function namesOf(findings: readonly ConvergenceFinding[]): string {
  const methods = [...new Set(findings.map(({ method }) => method))]
  const own = methods.map((method) => {
    const matrices = findings.filter((finding) => finding.method === method).map(({ matrix }) => matrixLabel(matrix))
    return `${methodLabel(method)}’s ${formatList(matrices)}`
  })
  return own.join('; ')
}

/** Which methods' graphons drift, and how many matrices have arrived. */
export function verdictSentence(convergence: readonly ConvergenceFinding[]): string {
  if (convergence.length === 0) return 'No ladder of widths was tested.'
  const of = (verdict: Verdict) => convergence.filter(({ test }) => test.verdict === verdict)
  const counts = verdicts
    .map((verdict) => ({ verdict, count: of(verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${formatCount(count)} ${verdict}`)
  const drifting = of('drifting')
  const opening = `Of ${formatPlural(convergence.length, 'matrix', 'matrices')}, ${formatList(counts)} at these widths`
  const flat = convergence.filter(({ test }) => test.structure && !test.structure.structured)
  const [known, unknown] = [true, false].map((known) =>
    drifting.filter(({ method }) => predictedMethods.some((one) => one === method) === known),
  )
  const named = [
    ...(unknown.length > 0 ? [`; these widths show no limit for ${namesOf(unknown)}`] : []),
    ...(known.length > 0 ? [`; still far from the limit that a closed form gives: ${namesOf(known)}`] : []),
  ].join('')
  const structure = flat.length > 0 ? `. Not distinguishable from unstructured masks: ${namesOf(flat)}` : ''
  return `${opening}${named}${structure}.`
}

const aspects = [
  { title: 'Budget: the density ρ of the matrix', of: ({ test }: ConvergenceFinding) => test.budget.verdict },
  { title: 'Shape: the normalised graphon W/ρ', of: ({ test }: ConvergenceFinding) => test.shape?.verdict ?? null },
  { title: 'Verdict', of: ({ test }: ConvergenceFinding) => test.verdict },
] as const

const cell = { width: 74, height: 30 } as const

/** The verdict on every matrix of every method, with the two questions behind it. */
export function verdictsFigure(findings: Findings): Figure | null {
  const { convergence, widths } = findings
  if (convergence.length === 0 || widths.length < 2) return null
  const methods = methodsOf(findings, convergence)
  const matrices = [...new Set(convergence.map(({ matrix }) => matrix))].sort((a, b) => a - b)
  const perRow = matrices.length <= 4 ? 3 : 2
  const panel = ({ title, of }: (typeof aspects)[number], i: number): Panel => ({
    title: panelTitle(title),
    width: cell.width * matrices.length,
    height: cell.height * methods.length,
    data: {
      values: convergence.map((finding) => ({
        method: methodLabel(finding.method),
        matrix: matrixLabel(finding.matrix),
        verdict: of(finding) ?? 'undecided',
      })),
    },
    encoding: {
      x: {
        field: 'matrix',
        type: 'nominal',
        scale: { domain: matrices.map((l) => matrixLabel(l)) },
        axis: { title: null, orient: 'top', labelAngle: 0, domain: false, ticks: false },
      },
      y: {
        field: 'method',
        type: 'nominal',
        scale: { domain: methods.map(methodLabel) },
        axis: { title: null, domain: false, ticks: false, labels: i % perRow === 0 },
      },
    },
    layer: [
      {
        mark: { type: 'rect', fillOpacity: 0.3, stroke: 'currentColor', strokeOpacity: 0.25 },
        encoding: {
          color: {
            field: 'verdict',
            type: 'nominal',
            scale: { domain: [...verdicts], range: verdicts.map((verdict) => verdictColors[verdict]) },
            legend: null,
          },
        },
      },
      { mark: { type: 'text', fontSize: 11 }, encoding: { text: { field: 'verdict' } } },
    ],
  })
  return {
    id: 'verdicts',
    title: 'Is there a limit? The verdict on every matrix',
    sentence: verdictSentence(convergence),
    description: `A table of verdicts for ${formatList(methods.map(methodLabel))}: converged, converging, drifting or undecided, for the density, the normalised graphon, and both together.`,
    spec: figureSpec({
      title: {
        text: 'Is there a limit? The verdict on every matrix',
        subtitle: `Widths ${formatList(widths.map(formatCount))}. Noise and sorting bias are taken out of every change.`,
      },
      columns: perRow,
      spacing: 22,
      concat: aspects.map(panel),
    }),
  }
}
