import { formatCount, formatNumber } from '../../plot/format.js'
import { matrixLabel } from '../../plot/labels.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { formatInterval } from '../interval.js'
import { names } from '../rows.js'
import { motifsAnswer } from '../answers/motifs.js'
import type { Section } from './section.js'

/** The counting lemma: motif densities at the two largest widths beside what the cut norm between them allows. */
function countingTable(findings: Findings): Html {
  const rows = findings.motifs.flatMap(({ counting, ...which }) => (counting ? [{ ...which, counting }] : []))
  const shown = [...new Set(rows.flatMap(({ counting }) => counting.motifs.map(({ motif }) => motif)))]
  const { from, to } = rows.at(0)?.counting ?? { from: 0, to: 0 }
  return table(
    `Motif densities at widths ${formatCount(from)} → ${formatCount(to)}, and in brackets the most that they can differ by: edges × cut norm`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      {
        title: 'cut norm between them',
        isWrapped: true,
        value: ({ counting }) => formatInterval(counting.cutLower, counting.cutUpper),
      },
      ...shown.map((name) => ({
        title: name,
        isWrapped: true,
        value: ({ counting }: (typeof rows)[number]) => {
          const found = counting.motifs.find(({ motif }) => motif === name)
          return found
            ? `${formatNumber(found.from)}\u00a0→ ${formatNumber(found.to)} (≤\u00a0${formatNumber(found.bound)})`
            : formatNumber(null)
        },
      })),
    ],
    rows,
  )
}

export const motifs = {
  title: 'Small subgraphs',
  answer: motifsAnswer,
  opening: html`<p>
    A sequence of graphons converges exactly when the densities of all small subgraphs do. The density of a
    <em>motif</em> with e edges is p<sup>e</sup> in a constant graphon of density p, and at least that for cherries,
    paths and even cycles in any other: a ratio of 1 says that no structure is seen. By the <em>counting lemma</em> two
    graphons can differ in the density of a motif by at most e times the cut norm of their difference.
  </p>`,
  figures: ['motifs'],
  after: countingTable,
} as const satisfies Section
