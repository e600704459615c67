import { formatCount, formatList, formatPercent, formatPlural } from '../../plot/format.js'
import { methodLabel, rungKernels } from '../../plot/labels.js'
import { atWidest, largest, methodsOf, smallest } from '../../plot/select.js'
import { rungError } from '../../plot/training.js'
import { rungs, type Findings, type Rung, type TrainingFinding } from '../../study/findings.js'
import { joinClauses, nothing, overSettings, type Answer, type Conclusion } from './answer.js'
import { differs, pairedDifference, type OfTrial } from './paired.js'

interface Climb {
  readonly name: string
  /** The rung of smallest error, and those that seeds do not tell from it, lowest first. */
  readonly best: readonly Rung[]
  readonly error: number
  readonly seeds: number
}

function errorsOf(trials: readonly TrainingFinding[], rung: Rung): OfTrial[] {
  return trials.flatMap(({ trial, predictions }) =>
    predictions.filter((one) => one.rung === rung).map(({ relativeError }) => ({ trial, value: relativeError })),
  )
}

function climbOf(method: string, trials: readonly TrainingFinding[]): Climb[] {
  const known = rungs.flatMap((rung) => {
    const error = rungError(trials, rung)
    return error === null ? [] : [{ rung, error }]
  })
  const best = smallest(known, ({ error }) => error)
  if (!best) return []
  const isAsGood = (rung: Rung) =>
    rung === best.rung || differs(pairedDifference(errorsOf(trials, best.rung), errorsOf(trials, rung))) === false
  const good = known.map(({ rung }) => rung).filter(isAsGood)
  return [{ name: methodLabel(method), best: good, error: best.error, seeds: trials.length }]
}

const kernelsOf = (best: readonly Rung[]): string =>
  best.length === 1
    ? `the ${rungKernels[best[0]]}`
    : `${formatList(best.map((rung) => `the ${rungKernels[rung]}`))} alike, as far as seeds tell`

function concludeLadder(findings: Findings): Conclusion {
  const trials = atWidest(findings.training)
  const methods = methodsOf(findings, trials)
  const climbs = methods.flatMap((method) =>
    climbOf(
      method,
      trials.filter((trial) => trial.method === method),
    ),
  )
  if (climbs.length === 0) {
    const predicted = trials.some(({ predictions }) => predictions.length > 0)
    const sentence = predicted ? 'No prediction of the training stayed a number.' : 'No training was predicted.'
    return nothing('no training was predicted', sentence)
  }
  const kinds = [...new Set(climbs.map(({ best }) => best.join()))]
  const groups = kinds.map((kind) => climbs.filter(({ best }) => best.join() === kind))
  const names = (group: readonly Climb[]) => formatList(group.map(({ name }) => name))
  const told = groups.map((group, i) => {
    const subject = i === 0 ? `the training of ${names(group)}` : `that of ${names(group)}`
    return `${subject}${i === 0 ? ' is predicted best' : ''} by ${kernelsOf(group[0].best)}`
  })
  const [least, most] = [smallest(climbs, ({ error }) => error), largest(climbs, ({ error }) => error)]
  const error =
    least && most && least !== most
      ? `The error that is left is ${formatPercent(least.error)} of the initial loss for ${least.name} and ${formatPercent(most.error)} for ${most.name}`
      : `The error that is left is ${formatPercent(climbs[0].error)} of the initial loss`
  const seeds = Math.min(...climbs.map((climb) => climb.seeds))
  const chance =
    seeds === 1
      ? '; it is of one seed for at least one method, so that rungs of like errors may change places'
      : `, mean of ${formatPlural(seeds, 'seed')}${climbs.some((climb) => climb.seeds > seeds) ? ' or more' : ''}`
  const present = rungs.filter((rung) => trials.some(({ predictions }) => predictions.some((p) => p.rung === rung)))
  const missing = rungs.filter((rung) => !present.includes(rung))
  const lost = methods.filter((method) => climbs.every(({ name }) => name !== methodLabel(method)))
  return {
    gist: joinClauses(told),
    numbers: `${error}${chance}.`,
    sentences: [
      `At width ${formatCount(trials[0].width)} ${joinClauses(told)}.`,
      `${error}${chance}.`,
      ...(missing.length > 0
        ? [`Not on the ladder: ${formatList(missing.map((rung) => `the ${rungKernels[rung]}`))}.`]
        : []),
      ...(lost.length > 0 ? [`Every prediction for ${formatList(lost.map(methodLabel))} diverges.`] : []),
    ],
  }
}

/** Which kernel predicts each method’s training best, and what none predicts. */
export const ladderAnswer = (findings: Findings): Answer => overSettings(findings, concludeLadder)
