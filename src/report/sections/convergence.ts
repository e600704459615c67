import { formatCount, formatList, formatNumber } from '../../plot/format.js'
import { matrixLabel } from '../../plot/labels.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { names } from '../rows.js'
import { convergenceAnswer } from '../answers/convergence.js'
import type { Section } from './section.js'

/** The verdict on every matrix, and the numbers behind it. */
function verdictTable(findings: Findings): Html {
  const rows = findings.convergence
  const structure = ({ test }: (typeof rows)[number]) => {
    if (!test.structure) return formatNumber(null)
    return test.structure.structured ? formatNumber(test.structure.distance) : 'none'
  }
  const moving = ({ test }: (typeof rows)[number]) =>
    Object.entries(test.observed)
      .filter(([, trend]) => trend.verdict === 'drifting' || trend.verdict === 'converging')
      .map(([name, trend]) => `${name.replaceAll('_', ' ')} ${trend.verdict}`)
  return table(
    'Is there a limit? Structure: L² distance of W/ρ from the constant beyond noise and sorting',
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'verdict', value: ({ test }) => test.verdict },
      { title: 'rests on', value: ({ test }) => test.restsOn },
      { title: 'budget', isText: true, value: ({ test }) => `${test.budget.verdict}: ${test.budget.reason}` },
      {
        title: 'shape',
        isText: true,
        value: ({ test }) => (test.shape ? `${test.shape.verdict}: ${test.shape.reason}` : test.reason),
      },
      { title: 'structure', value: structure },
      { title: 'also moving', isText: true, value: (row) => formatList(moving(row)) },
    ],
    rows,
  )
}

/** The last step in width of every matrix, in noise floors. */
function convergenceTable(findings: Findings): Html {
  const rows = findings.convergence.flatMap(({ points, ...which }) => {
    const last = points.toSorted((a, b) => a.width - b.width).at(-1)
    return !last || last.successive === null ? [] : [{ ...which, ...last }]
  })
  const over = (a: number | null, b: number | null) => formatNumber(a !== null && b !== null && b > 0 ? a / b : null)
  return table(
    'The last step: distance between the graphons of the two largest widths',
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'width', value: ({ width }) => formatCount(width) },
      { title: 'L² distance', value: ({ successive }) => formatNumber(successive) },
      { title: 'noise floor', value: ({ successiveFloor }) => formatNumber(successiveFloor) },
      { title: 'ratio', value: ({ successive, successiveFloor }) => over(successive, successiveFloor) },
      { title: 'split halves', value: ({ splitHalf }) => formatNumber(splitHalf) },
    ],
    rows,
  )
}

export const convergence = {
  title: 'Do they converge?',
  answer: convergenceAnswer,
  opening: html`<p>
    If a method has a graphon limit, estimates at growing widths come closer to one another until only sampling noise
    keeps them apart. The noise floor is the distance that masks without any structure show, at the same densities,
    widths and number of trials. Two questions are kept apart: does the <em>budget</em> of a matrix, its density ρ,
    settle, and does its <em>shape</em>, the normalised graphon W/ρ? A quantity has <em>converged</em> when what is left
    to its limit is below the study’s tolerance, is <em>converging</em> when it follows a power of the width that leads
    to a limit, and <em>drifting</em> when the change per doubling of the width hardly falls, which does not rule out a
    limit that is reached slowly; <em>undecided</em> means that these widths and trials do not tell.
  </p>`,
  figures: ['verdicts', 'drift', 'shape-changes', 'convergence'],
  after: (findings) => html`${verdictTable(findings)}${convergenceTable(findings)}`,
} as const satisfies Section
