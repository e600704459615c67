import { predictedMethods } from '../../graphon/limits/predictions.js'
import { lastSteps, movingThreshold } from '../../plot/convergence.js'
import { formatCount, formatList, formatNumber } from '../../plot/format.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { largest, methodsOf } from '../../plot/select.js'
import type { ConvergenceFinding, Findings } from '../../study/findings.js'
import { joinClauses, listWith, namesOf, nothing, overSettings, type Answer, type Conclusion } from './answer.js'

type State = 'settles' | 'moves' | 'open'

/** What the verdicts on a method's matrices come to: one that drifts makes all drift. */
function stateOf(own: readonly ConvergenceFinding[]): State {
  if (own.some(({ test }) => test.verdict === 'drifting')) return 'moves'
  return own.every(({ test }) => test.verdict === 'converged' || test.verdict === 'converging') ? 'settles' : 'open'
}

const isOfState = {
  settles: () => true,
  moves: ({ test }) => test.verdict === 'drifting',
  open: ({ test }) => test.verdict === 'undecided',
} as const satisfies Record<State, (found: ConvergenceFinding) => boolean>

/** The methods of one state, with the matrices that make it where these are not all. */
function methodsIn(findings: Findings, state: State) {
  return methodsOf(findings, findings.convergence).flatMap((method) => {
    const own = findings.convergence.filter((found) => found.method === method)
    if (stateOf(own) !== state) return []
    const matrices = own.filter(isOfState[state])
    const note = matrices.length === own.length ? '' : formatList(matrices.map(({ matrix }) => matrixLabel(matrix)))
    return [{ method, name: methodLabel(method), note }]
  })
}

/** Whose graphons are more than chance makes of masks without structure; nothing where all are, or it was not tested. */
function structureSentences(findings: Findings): string[] {
  const tested = findings.convergence.filter(({ test }) => test.structure !== null)
  if (tested.length === 0)
    return ['Whether graphons are more than noise was not tested: that takes three trials at each width.']
  const flat = methodsOf(findings, tested).filter((method) =>
    tested.every((found) => found.method !== method || found.test.structure?.structured === false),
  )
  return flat.length === 0
    ? []
    : [`No graphon of ${formatList(flat.map(methodLabel))} can be told from that of masks without structure.`]
}

/** The last step in width that is longest in noise floors, and the one before. */
function stepSentences({ convergence }: Findings): string[] {
  const most = largest(lastSteps(convergence), ({ ratio }) => ratio)
  const found = convergence.find(({ method, matrix }) => method === most?.method && matrix === most.matrix)
  if (!most || !found) return []
  const points = found.points.toSorted((a, b) => a.width - b.width)
  const [last, previous, start] = [points.at(-1), points.at(-2), points.at(-3)]
  const before =
    previous && start && previous.successive !== null
      ? `, after ${formatNumber(previous.successive)} from ${formatCount(start.width)} to ${formatCount(previous.width)}`
      : ''
  const name = `${methodLabel(most.method)}’s ${matrixLabel(most.matrix)}`
  const opening = most.ratio < movingThreshold ? 'The longest last step stays near the noise' : 'The longest last step'
  return [
    `${opening}: ${name} moves by ${formatNumber(last?.successive ?? null)} in L² from width ${formatCount(most.from)} to ${formatCount(most.to)}, ${formatNumber(most.ratio)} times what noise alone gives${before}.`,
  ]
}

function concludeConvergence(findings: Findings): Conclusion {
  const { convergence, widths, methods } = findings
  if (widths.length < 2) {
    const sentence = `There is one width, n = ${widths.map(formatCount).join()}, in which no limit can be seen.`
    return nothing('one width shows no limit', sentence)
  }
  if (convergence.length === 0) {
    return nothing(
      'nothing is known of a limit',
      `Whether masks settle between ${formatCount(widths.length)} widths could not be computed.`,
    )
  }
  const [settled, moving, open] = (['settles', 'moves', 'open'] as const).map((state) => methodsIn(findings, state))
  const missing = methods.filter((method) => convergence.every((found) => found.method !== method))
  const names = (items: readonly { readonly method: string }[]) =>
    namesOf(
      findings,
      items.map(({ method }) => method),
    )
  const noted = (items: typeof moving) =>
    items.length === methods.length && items.every(({ note }) => note === '') ? names(items) : listWith(items)
  const known = moving.filter(({ method }) => predictedMethods.some((one) => one === method))
  const masks = (clause: string, i: number) => (i === 0 ? clause.replace(/^those of/, 'the masks of') : clause)
  const clauses = [
    ...(settled.length > 0 ? [`those of ${names(settled)} settle on graphons as networks widen`] : []),
    ...(moving.length > 0 ? [`those of ${noted(moving)} still move, and these widths show no limit`] : []),
    ...(known.length > 0 ? [`a closed form says that ${names(known)} ${known.length === 1 ? 'has' : 'have'} one`] : []),
  ].map(masks)
  const untold = 'these widths and trials do not tell'
  const unknown = [
    ...(open.length === 0
      ? []
      : [clauses.length > 0 ? `for ${noted(open)} ${untold}` : `${untold} whether the masks of ${noted(open)} settle`]),
    ...(missing.length > 0 ? [`of ${names(missing.map((method) => ({ method })))} no verdict could be computed`] : []),
  ]
  const gists = [
    ...(settled.length > 0 ? [`those of ${names(settled)} settle`] : []),
    ...(moving.length > 0 ? [`those of ${names(moving)} still move`] : []),
    ...(open.length === 0
      ? []
      : [
          clauses.length > 0
            ? `for ${names(open)} it is undecided`
            : `it is undecided whether the masks of ${names(open)} settle`,
        ]),
    ...(missing.length > 0 ? [`of ${formatList(missing.map(methodLabel))} nothing is known`] : []),
  ].map(masks)
  const steps = stepSentences(findings)
  return {
    gist: joinClauses(gists),
    sentences: [
      `Up to width ${formatCount(Math.max(...widths))} ${[...clauses, ...unknown].join('; ')}.`,
      ...structureSentences(findings),
      ...steps,
    ],
    numbers: steps.at(0),
  }
}

/** Which methods have a limit as far as the widths tell, and what moves. */
export const convergenceAnswer = (findings: Findings): Answer => overSettings(findings, concludeConvergence)
