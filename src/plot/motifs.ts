import type { MotifName } from '../graphon/motifs/motifs.js'
import type { Findings, MotifFinding } from '../study/findings.js'
import { againstReference, logChannel, seriesChannels, widthChannel } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { matrixLabel, methodLabel } from './labels.js'
import { matrixStyle } from './palette.js'
import { largest, methodsOf } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** The motif that is 1 in a constant graphon and larger in every other, so that it alone tells one from the other. */
const telling = 'cycle-4' satisfies MotifName

/** What is drawn, from top to bottom. */
const drawn = [
  { motif: telling, title: ['4-cycle', 't(C₄)/p⁴'] },
  { motif: 'row-cherry', title: ['cherry on a row', 't/p²'] },
  { motif: 'column-cherry', title: ['cherry on a column', 't/p²'] },
] as const

/** How many times as many 4-cycles one matrix has as a constant graphon of its density, at its largest width. */
export interface CycleRatio {
  readonly method: string
  readonly matrix: number
  readonly width: number
  readonly mean: number
  /** Over trials. */
  readonly sd: number
  /** What masks without structure have. */
  readonly chance: number
}

export function cycleRatios(motifs: readonly MotifFinding[]): CycleRatio[] {
  return motifs.flatMap(({ method, matrix, ratios }) => {
    const last = ratios
      .filter(({ motif }) => motif === telling)
      .toSorted((a, b) => a.width - b.width)
      .at(-1)
    if (!last) return []
    const { width, mean, sd, unstructured } = last
    return [{ method, matrix, width, mean, sd, chance: unstructured ?? 1 }]
  })
}

/** Whose 4-cycles are farthest from those of a constant graphon, and whose nearest. */
export function motifsSentence(motifs: readonly MotifFinding[]): string {
  const last = cycleRatios(motifs)
  const most = largest(last, ({ mean }) => mean)
  const least = largest(last, ({ mean }) => -mean)
  if (!most || !least) return 'No mask has an edge.'
  const name = ({ method, matrix }: typeof most) => `${methodLabel(method)}’s ${matrixLabel(matrix)}`
  const chance = least.chance === 1 ? '' : `, where masks without structure give ${formatNumber(least.chance)}`
  const other = least === most ? '' : `, and ${formatNumber(least.mean)} times as many in ${name(least)}${chance}`
  return `At width ${formatCount(most.width)} there are ${formatNumber(most.mean)} times as many 4-cycles in ${name(most)} as in a constant graphon of equal density${other}.`
}

/** Normalised densities of small subgraphs against width: 1 is a graphon without structure. */
export function motifsFigure(findings: Findings): Figure | null {
  const { motifs, widths } = findings
  const methods = methodsOf(findings, motifs)
  if (motifs.every(({ ratios }) => ratios.length === 0)) return null
  const matrices = Math.max(...motifs.map(({ matrix }) => matrix))
  const names = Array.from({ length: matrices }, (_, i) => matrixLabel(i + 1))
  const { color, shape } = seriesChannels(
    'matrix',
    names,
    names.map((_, i) => matrixStyle(i + 1, matrices)),
  )
  const panel = (method: string, { motif, title }: (typeof drawn)[number], isLeft: boolean): Panel => {
    const ratios = motifs.flatMap((finding) =>
      finding.ratios.filter((ratio) => ratio.motif === motif).map((ratio) => ({ ...ratio, finding })),
    )
    const low = (mean: number, sd: number) => Math.max(mean - sd, mean / 10)
    const values = ratios.flatMap((r) => [low(r.mean, r.sd), r.mean + r.sd, r.unstructured ?? 1])
    const rows: Row[] = ratios
      .filter(({ finding, mean }) => finding.method === method && mean > 0)
      .flatMap(({ finding, width, mean, sd, unstructured }): Row[] => {
        const at = { matrix: matrixLabel(finding.matrix), width }
        return [
          { ...at, line: 'measured', value: mean, low: low(mean, sd), high: mean + sd },
          ...(unstructured === null ? [] : [{ ...at, line: 'unstructured', value: unstructured }]),
        ]
      })
    return {
      ...(motif === drawn[0].motif ? { title: panelTitle(methodLabel(method)) } : {}),
      width: 158,
      height: 130,
      data: { values: rows },
      encoding: {
        x: widthChannel(widths, motif === drawn[drawn.length - 1].motif),
        y: { field: 'value', ...logChannel([...values, 1], isLeft ? title : null) },
      },
      layer: [
        ...againstReference('line', 'measured', 'unstructured', color, shape),
        {
          transform: [{ filter: "datum.line === 'measured'" }],
          mark: { type: 'rule', strokeWidth: 1.2 },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color },
        },
      ],
    }
  }
  const perRow = 5
  const chunks = Array.from({ length: Math.ceil(methods.length / perRow) }, (_, i) =>
    methods.slice(i * perRow, (i + 1) * perRow),
  )
  return {
    id: 'motifs',
    title: 'Small subgraphs against width',
    sentence: motifsSentence(motifs),
    description: `Densities of 4-cycles and of both cherries over those of a constant graphon of equal density for ${formatList(methods.map(methodLabel))}, one line per weight matrix, with bars of one standard deviation over trials.`,
    spec: figureSpec({
      title: {
        text: 'Small subgraphs: densities over those of a constant graphon of equal density p',
        subtitle: [
          'Bars: ± one standard deviation over trials. Cherries: of different units, in the masks.',
          '4-cycles: in the estimated graphons; dashed: what noise and sorting give in masks without structure.',
        ],
      },
      spacing: 26,
      vconcat: chunks.map((chunk) => ({
        columns: chunk.length,
        spacing: 14,
        concat: drawn.flatMap((motif) => chunk.map((method, i) => panel(method, motif, i === 0))),
      })),
    }),
  }
}
