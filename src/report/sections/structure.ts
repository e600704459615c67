import { absent, formatCount, formatNumber, formatPercent, formatSpread } from '../../plot/format.js'
import { matrixLabel } from '../../plot/labels.js'
import { atWidest } from '../../plot/select.js'
import type { DegreeFinding, Findings, StructureFinding, StructureMatrix } from '../../study/findings.js'
import { structureAnswer } from '../answers/structure.js'
import { html, table, type Column, type Html } from '../html.js'
import { names } from '../rows.js'
import { degreeWord } from '../structure-words.js'
import type { Section } from './section.js'

const ofAll = (count: number, all: number): string => `${formatCount(count)} of ${formatCount(all)}`

/** What of every method's networks lies on paths. */
function pathsTable(findings: Findings, rows: readonly StructureFinding[]): Html {
  return table(
    `Surviving weights, and those on a path from an input to an output, width ${formatCount(rows[0].width)}`,
    [
      ...names<StructureFinding>(findings),
      { title: 'kept', value: (row) => formatNumber(row.keptDensity) },
      { title: 'on paths', value: (row) => formatSpread(row.effectiveDensity, row.effectiveDensitySd) },
      { title: 'share of survivors', value: (row) => formatPercent(row.effectiveDensity / row.keptDensity) },
      { title: 'ln of the number of paths', value: (row) => formatNumber(row.logPaths) },
      { title: 'ln of their share', value: (row) => formatNumber(row.logPathDensity) },
      { title: 'inputs in use', value: (row) => formatCount(row.effectiveInputs) },
      { title: 'without a path', value: (row) => ofAll(row.collapsed, row.trials) },
    ],
    rows,
  )
}

/** One row for every matrix of every method. */
const matricesOf = (items: readonly StructureFinding[]) =>
  items.flatMap((item) => item.matrices.map((one) => ({ ...item, one })))

type MatrixRow = ReturnType<typeof matricesOf>[number]

const matrixNames = (findings: Findings): readonly Column<MatrixRow>[] => [
  ...names<MatrixRow>(findings),
  { title: 'matrix', isName: true, value: ({ one }) => matrixLabel(one.matrix) },
]

/** Degrees of both sides of every matrix. */
function degreesTable(findings: Findings, items: readonly StructureFinding[]): Html {
  const side = (title: string, of: (one: StructureMatrix) => DegreeFinding): Column<MatrixRow>[] => [
    { title, value: ({ one }) => formatNumber(of(one).mean) },
    { title: 'variance / chance', value: ({ one }) => formatNumber(of(one).ratio) },
    { title: 'verdict', value: ({ one, trials }) => degreeWord(of(one), trials) ?? absent },
  ]
  return table(
    `Degrees beside chance, width ${formatCount(items[0].width)}`,
    [
      ...matrixNames(findings),
      { title: 'kept', value: ({ one }) => formatNumber(one.density) },
      { title: 'on paths', value: ({ one }) => formatNumber(one.effectiveDensity) },
      ...side('fan-in', ({ fanIn }) => fanIn),
      ...side('fan-out', ({ fanOut }) => fanOut),
    ],
    matricesOf(items),
  )
}

/** Singular values of every matrix. */
function singularValuesTable(findings: Findings, items: readonly StructureFinding[]): Html {
  return table(
    `Singular values beside the Ramanujan bound, width ${formatCount(items[0].width)}`,
    [
      ...matrixNames(findings),
      { title: 'σ₁', value: ({ one }) => formatNumber(one.first) },
      { title: 'σ₂', value: ({ one }) => formatNumber(one.second) },
      { title: 'bound on σ₂', value: ({ one }) => formatNumber(one.bound) },
      { title: 'within', value: ({ one }) => (one.judged > 0 ? ofAll(one.within, one.judged) : absent) },
      { title: 'regularity', value: ({ one }) => formatNumber(one.regularity) },
    ],
    matricesOf(items),
  )
}

/** It does not break inside a root. */
const boundFormula = '√(d\u00a0−\u00a01) + √(d′\u00a0−\u00a01)'

export const structure = {
  title: 'The structure of the masks',
  answer: structureAnswer,
  opening: html`<p>
    A mask is a graph between two layers. Where weights survive by chance, the variance of fan-in and fan-out is that of
    masks with as many survivors; less is <em>regular</em>, more is <em>uneven</em>, said where one mask in a thousand
    would be as far off. A surviving weight matters to the function only where it lies on a path from an input to an
    output. A graph spreads signals well when its second singular value is small; that of the best is at most the
    <em>Ramanujan bound</em> ${boundFormula}, here with mean degrees, which uneven degrees alone can exceed.
    <em>Regularity</em> is √(d d′) / σ₁, and 1 where both degrees are constant. Numbers are means over trials.
  </p>`,
  figures: [],
  after(findings) {
    const items = atWidest(findings.structures)
    if (items.length === 0) return html``
    return html`${pathsTable(findings, items)}${degreesTable(findings, items)}${singularValuesTable(findings, items)}`
  },
} as const satisfies Section
