import { formatCount, formatList, formatNumber, formatPercent } from '../../plot/format.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { atWidest } from '../../plot/select.js'
import { predictedMethods, predictions } from '../../graphon/limits/predictions.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { formatInterval } from '../interval.js'
import { names } from '../rows.js'
import { closedFormsAnswer } from '../answers/closed-forms.js'
import type { Section } from './section.js'

/** Closed forms against estimates at the widest networks. */
function closedFormTable(findings: Findings): Html {
  const widest = atWidest(findings.closedForms)
  const rows = widest.flatMap(({ matrices, ...which }) =>
    matrices.map(({ density: found, ...numbers }) => ({ ...which, ...numbers, found })),
  )
  if (rows.length === 0) return html``
  return table(
    `Closed form against the estimate from one network, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'density predicted', value: ({ predictedDensity }) => formatNumber(predictedDensity) },
      { title: 'density found', value: ({ found }) => formatNumber(found) },
      { title: 'L² distance', value: ({ distance }) => formatNumber(distance) },
      { title: 'noise floor', value: ({ floor }) => formatNumber(floor) },
      { title: 'to its mean', value: ({ structure }) => formatNumber(structure) },
      {
        title: 'structure explained',
        value: ({ explained }) => (explained === null ? 'none there' : formatPercent(explained)),
      },
      { title: 'cut norm', value: ({ cutLower, cutUpper }) => formatInterval(cutLower, cutUpper) },
    ],
    rows,
  )
}

/** What the table of predictions has for every method whose masks it knows. */
const forms = predictedMethods.map((method) => `${methodLabel(method)}, ${predictions[method].summary}`).join('; ')

/** The methods of a study that theory has no closed form for, and why. */
function withoutForm({ methods }: Findings): Html {
  const none = Object.entries(predictions).filter(([method, { isOfMethod }]) => !isOfMethod && methods.includes(method))
  if (none.length === 0) return html``
  const reasons = none.map(([method, { summary }]) => `${methodLabel(method)} (${summary})`)
  return html`<p>No closed form is there to compare with for ${formatList(reasons)}.</p> `
}

export const closedForms = {
  title: 'Limits in closed form',
  answer: closedFormsAnswer,
  opening: html`<p>
    For scores |w|·r·c that factorise into the weight and a profile of either side, a weight is kept with probability
    P(|w| > τ/(r c)). Theory knows the masks of ${forms}. <em>Structure explained</em> is the share of the estimate’s
    squared distance from its own mean, beyond noise, that the form accounts for.
  </p>`,
  figures: ['closed-forms', 'closed-form-widths'],
  after: (findings) => html`${closedFormTable(findings)}${withoutForm(findings)}`,
} as const satisfies Section
