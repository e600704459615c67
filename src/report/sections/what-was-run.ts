import { formatCount, formatPercent, formatSpread } from '../../plot/format.js'
import { matrixLabel } from '../../plot/labels.js'
import { atWidest } from '../../plot/select.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { failedTable } from '../failures.js'
import { fairnessSentence, provenanceTable } from '../what-was-run.js'
import { names } from '../rows.js'
import { whatWasRunAnswer } from '../answers/what-was-run.js'
import type { Section } from './section.js'

/** Densities and dead units at the widest networks. */
function pruningTable(findings: Findings): Html {
  const rows = atWidest(findings.pruning)
  if (rows.length === 0) return html``
  return table(
    `Kept fraction of every matrix and dead units of every hidden layer, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      ...rows[0].layerDensity.map((_, i) => ({
        title: matrixLabel(i + 1),
        value: (row: (typeof rows)[number]) => formatSpread(row.layerDensity[i], row.layerDensitySd[i]),
      })),
      ...rows[0].deadFraction.map((_, i) => ({
        title: `dead in layer ${i + 1}`,
        value: (row: (typeof rows)[number]) => formatPercent(row.deadFraction[i]),
      })),
    ],
    rows,
  )
}

export const whatWasRun = {
  title: 'What was run',
  answer: whatWasRunAnswer,
  opening: html`<p>Networks were initialised, pruned once before training, and trained.</p>`,
  figures: ['densities'],
  before: (findings) =>
    html`${provenanceTable(findings)}${fairnessSentence(findings)}
      <details>
        <summary>The study file</summary>
        <pre><code>${findings.provenance.study}</code></pre>
      </details> `,
  after: (findings) => html`${pruningTable(findings)}${failedTable(findings)}`,
} as const satisfies Section
