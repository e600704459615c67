import { predictedMethods } from '../../graphon/limits/predictions.js'
import { formatCount, formatList, formatNumber, formatPercent } from '../../plot/format.js'
import { methodLabel } from '../../plot/labels.js'
import { movingThreshold } from '../../plot/convergence.js'
import { atWidest } from '../../plot/select.js'
import type { ClosedFormFinding, Findings } from '../../study/findings.js'
import { joinClauses, nothing, overSettings, type Answer, type Conclusion } from './answer.js'

/** What the form of one method says of its matrices. */
interface Verdict {
  readonly method: string
  /** Least and largest share of structure explained; null where no matrix has structure. */
  readonly shares: readonly [number, number] | null
  /** Largest distance in noise floors; null where a floor is zero. */
  readonly floors: number | null
}

function verdictOf({ method, matrices }: ClosedFormFinding): Verdict {
  const shares = matrices.flatMap(({ explained }) => (explained === null ? [] : [explained]))
  const floors = matrices.flatMap(({ distance, floor }) => (floor > 0 ? [distance / floor] : []))
  return {
    method,
    shares: shares.length > 0 ? [Math.min(...shares), Math.max(...shares)] : null,
    floors: floors.length > 0 ? Math.max(...floors) : null,
  }
}

function shareClause({ method, shares }: Verdict): string[] {
  if (shares === null) return []
  const [least, largest] = shares
  const structure = `${methodLabel(method)}’s structure beyond noise`
  if (!(largest > 0)) return [`nothing of ${structure}`]
  const [low, high] = [formatPercent(Math.max(0, least)), formatPercent(largest)]
  return [`${low === high ? high : `${low} to ${high}`} of ${structure}`]
}

function flatClause(flat: readonly Verdict[]): string[] {
  if (flat.length === 0) return []
  const floors = flat.flatMap((one) => (one.floors === null ? [] : [one.floors]))
  const farthest = Math.max(...floors)
  const [have, their] = flat.length === 1 ? ['has', 'its'] : ['have', 'their']
  const off =
    floors.length === 0
      ? ''
      : farthest < movingThreshold
        ? `, and ${their} masks are as near to the form as noise allows (at most ${formatNumber(farthest)} noise floors)`
        : `, but ${their} masks are up to ${formatNumber(farthest)} noise floors away from the form`
  return [`${formatList(flat.map(({ method }) => methodLabel(method)))} ${have} no structure to explain${off}`]
}

/** The share of structure above which a form is said to explain most of it. */
const most = 0.5

function gistOf(all: readonly Verdict[]): string {
  const of = (is: (least: number | null) => boolean) =>
    formatList(
      all.filter(({ shares }) => is(shares === null ? null : shares[0])).map(({ method }) => methodLabel(method)),
    )
  const [much, little, none] = [
    of((least) => least !== null && least > most),
    of((least) => least !== null && least <= most),
    of((least) => least === null),
  ]
  return joinClauses([
    ...(much === '' ? [] : [`theory explains most of the structure of ${much}`]),
    ...(little === '' ? [] : [`theory leaves most of the structure of some matrix of ${little} open`]),
    ...(none === '' ? [] : [`there is no structure of ${none} to explain`]),
  ])
}

function concludeForms(findings: Findings): Conclusion {
  const forms = atWidest(findings.closedForms)
  const expected = predictedMethods.filter((method) => findings.methods.includes(method))
  if (forms.length === 0) {
    const sentence =
      expected.length === 0
        ? 'No method of this study has a closed form.'
        : `The closed form of ${formatList(expected.map(methodLabel))} could not be held against masks.`
    return nothing('no closed form was evaluated', sentence)
  }
  const all = forms.map(verdictOf)
  const shares = all.flatMap(shareClause)
  const clauses = [
    ...(shares.length > 0 ? [`the closed form explains ${formatList(shares)}`] : []),
    ...flatClause(all.filter((one) => one.shares === null)),
  ]
  const missing = expected.filter((method) => all.every((one) => one.method !== method))
  const unknown = findings.methods.filter((method) => !expected.some((one) => one === method))
  const names = (some: readonly string[]) => formatList(some.map(methodLabel))
  return {
    gist: gistOf(all),
    sentences: [
      `At width ${formatCount(forms[0].width)}, on one network of each method, ${clauses.join('; ')}.`,
      ...(missing.length > 0 ? [`The form of ${names(missing)} could not be held against masks.`] : []),
      ...(unknown.length > 0 ? [`Theory has none for ${names(unknown)}.`] : []),
    ],
  }
}

/** How well theory knows the masks of each method. */
export const closedFormsAnswer = (findings: Findings): Answer => overSettings(findings, concludeForms)
