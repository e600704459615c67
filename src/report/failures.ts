import { formatCount, formatList, formatPlural } from '../plot/format.js'
import { methodLabel } from '../plot/labels.js'
import type { FailedFinding, Findings } from '../study/findings.js'
import { html, table, type Html } from './html.js'
import { names } from './rows.js'

/** What could not be computed and why, equal reasons together; nothing when all could. */
export function failedTable(findings: Findings): Html {
  const { failed } = findings
  if (failed.length === 0) return html``
  const key = (one: FailedFinding) => JSON.stringify({ ...one, trial: null })
  const cells = [...new Map(failed.map((one) => [key(one), one])).values()]
  const rows = cells.map((cell) => ({ ...cell, count: failed.filter((one) => key(one) === key(cell)).length }))
  return html`<p>
      ${formatPlural(failed.length, 'result')} could not be computed. Each costs its own cell alone, which is empty or,
      where it is a mean over trials, a mean over the others.
    </p>
    ${table(
      'What could not be computed',
      [
        ...names<(typeof rows)[number]>(findings),
        { title: 'result', isName: true, value: ({ label }) => label },
        { title: 'width', value: ({ width }) => (width > 0 ? formatCount(width) : 'infinite') },
        { title: 'results', value: ({ count }) => formatCount(count) },
        { title: 'reason', isText: true, value: ({ reason }) => reason },
      ],
      rows,
    )}`
}

/** Which networks are collapsed: no path through their graphons carries anything. */
export function collapsedSentence(findings: Findings): Html {
  const collapsed = findings.graphons.filter(({ pathDensity }) => pathDensity === 0)
  if (collapsed.length === 0) return html``
  const cells = findings.methods.flatMap((method) => {
    const own = collapsed.filter((found) => found.method === method).length
    return own === 0 ? [] : [`${methodLabel(method)} (${formatPlural(own, 'cell')})`]
  })
  return html`<p>
    <strong>Collapsed:</strong> the path density is 0, so that no input reaches an output, for ${formatList(cells)}.
  </p> `
}
