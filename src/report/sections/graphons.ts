import { formatCount, formatNumber } from '../../plot/format.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { names, rowsOf } from '../rows.js'
import { collapsedSentence } from '../failures.js'
import { graphonsAnswer } from '../answers/graphons.js'
import type { Section } from './section.js'

const formatPathDensity = (value: number | null): string => (value === 0 ? '0: collapsed' : formatNumber(value))

/** Path density of every method against width. */
function pathDensityTable(findings: Findings): Html {
  const { graphons, widths } = findings
  const rows = rowsOf(findings, graphons)
  return table(
    'Path density: the product of all densities along a path from an input to a class, averaged over paths',
    [
      ...names<(typeof rows)[number]>(findings),
      ...widths.map((width) => ({
        title: `n = ${formatCount(width)}`,
        value: ({ items }: (typeof rows)[number]) =>
          formatPathDensity(items.find((g) => g.width === width)?.pathDensity ?? null),
      })),
    ],
    rows,
  )
}

export const graphons = {
  title: 'The graphons',
  answer: graphonsAnswer,
  opening: html`<p>
    A mask of a wide network is seen as a function on the unit square: its value at (u, v) is the density of connections
    between units at position u of a layer and position v of the layer below. Hidden units are sorted by their degrees,
    best connected first, and keep that order in both matrices they belong to.
  </p>`,
  figures: ['graphons', 'widths', 'inputs'],
  after: (findings) => html`${collapsedSentence(findings)}${pathDensityTable(findings)}`,
} as const satisfies Section
