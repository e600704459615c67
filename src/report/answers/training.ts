import { mean } from '../../linalg/statistics.js'
import { formatCount, formatList, formatNumber, formatPlural } from '../../plot/format.js'
import { methodLabel } from '../../plot/labels.js'
import { atWidest, methodsOf } from '../../plot/select.js'
import { stepSizeFactor } from '../../plot/step-sizes.js'
import type { Findings, TrainingFinding } from '../../study/findings.js'
import { formatInterval } from '../interval.js'
import { nothing, overSettings, type Answer, type Conclusion } from './answer.js'
import { differs, pairedDifference, type Difference, type OfTrial } from './paired.js'

/** What the networks of one method came to. */
export interface Standing {
  readonly method: string
  readonly name: string
  /** Loss after the last step, one per trial. */
  readonly losses: readonly OfTrial[]
  /** Their mean. */
  readonly loss: number
}

/** Methods by their mean loss after training at the largest width, the lowest first; those without a finite loss are absent. */
export function standings(findings: Findings): Standing[] {
  const widest = atWidest(findings.training)
  return methodsOf(findings, widest)
    .flatMap((method) => {
      const losses = lastLosses(widest.filter((run) => run.method === method))
      const loss = mean(losses.map(({ value }) => value))
      return losses.length > 0 ? [{ method, name: methodLabel(method), losses, loss }] : []
    })
    .sort((a, b) => a.loss - b.loss)
}

function lastLosses(runs: readonly TrainingFinding[]): OfTrial[] {
  return runs.flatMap(({ trial, loss }) => {
    const value = loss.at(-1)
    return value !== undefined && Number.isFinite(value) ? [{ trial, value }] : []
  })
}

/** How a method stands to the one of lowest loss. */
interface Rival {
  readonly standing: Standing
  readonly difference: Difference | null
}

function orderSentence(leader: Standing, rivals: readonly Rival[], where: string): Conclusion {
  const lastOf = rivals[rivals.length - 1].standing
  const [next] = rivals
  const highest = rivals.length > 1 ? `; the highest is ${formatNumber(lastOf.loss)} (${lastOf.name})` : ''
  const values = (all: readonly Standing[]) =>
    formatList(all.map(({ name, loss }) => `${name} (${formatNumber(loss)})`))
  if (rivals.some(({ difference }) => differs(difference) === null)) {
    const pairs = Math.max(...rivals.map(({ difference }) => difference?.pairs ?? 0))
    const seeds = pairs <= 1 ? 'one seed' : 'for some methods one seed alone'
    return {
      gist: `the loss of ${leader.name} is lowest, by ${seeds}`,
      sentences: [
        `${where} the loss is lowest for ${leader.name}, ${formatNumber(leader.loss)}, and next for ${next.standing.name}, ${formatNumber(next.standing.loss)}${highest}. This is ${seeds}: whether others would order the methods so is not known.`,
      ],
    }
  }
  const equal = rivals.filter(({ difference }) => differs(difference) === false)
  const seeds = (difference: Difference | null) => formatPlural(difference?.pairs ?? 0, 'seed')
  const interval = ({ difference }: Rival) =>
    difference?.interval
      ? `95 % interval ${formatInterval(difference.interval.lower, difference.interval.upper)} over ${seeds(difference)}`
      : ''
  if (equal.length === 0) {
    const by = formatNumber(next.difference?.mean ?? null)
    return {
      gist: `${leader.name} trained best`,
      sentences: [
        `${where} ${leader.name} trained best: its loss is ${formatNumber(leader.loss)}, that of the next, ${next.standing.name}, is larger by ${by} (${interval(next)}), more than the spread between seeds explains${highest}.`,
      ],
    }
  }
  const tied = [leader, ...equal.map(({ standing }) => standing)]
  const names = formatList(tied.map(({ name }) => name))
  const [nearest] = equal
  const gap = `the difference between ${leader.name} and ${nearest.standing.name} is ${formatNumber(nearest.difference?.mean ?? null)} (${interval(nearest)})`
  if (equal.length === rivals.length) {
    return {
      gist: 'no method trained better than another beyond the spread between seeds',
      sentences: [
        `${where} no method trained better than another beyond the spread between seeds: the losses are those of ${values(tied)}; ${gap}.`,
      ],
    }
  }
  return {
    gist: `${names} trained best and cannot be told apart`,
    sentences: [
      `${where} the losses of ${values(tied)} are lowest and cannot be told apart from the lowest: ${gap}, within the spread between seeds${highest}.`,
    ],
  }
}

/** Networks that could not be trained, by method; nothing where all were. */
function leftOut({ methods, training, untrained }: Findings): string[] {
  if (untrained.length === 0) return []
  const counts = methods.flatMap((method) => {
    const [lost, left] = [untrained, training].map((runs) => runs.filter((run) => run.method === method).length)
    if (lost === 0) return []
    return [`${methodLabel(method)} ${left === 0 ? 'all' : `${formatCount(lost)} of ${formatCount(lost + left)}`}`]
  })
  const all = formatPlural(training.length + untrained.length, 'network')
  return [
    `${formatCount(untrained.length)} of ${all} could not be trained and say nothing here: ${formatList(counts)}.`,
  ]
}

function concludeTraining(findings: Findings): Conclusion {
  const { protocol, training, untrained } = findings
  const ranked = standings(findings)
  if (ranked.length === 0) {
    const gist = 'no network was trained'
    const tried = untrained.length + training.length
    const why =
      protocol.steps === 0
        ? ['The study asks for none.']
        : tried > 0
          ? [`Of ${formatPlural(tried, 'network')} none came to a loss that is a number.`]
          : []
    return nothing(gist, 'No network was trained.', ...why)
  }
  const widest = atWidest(training)
  const where = `After ${formatPlural(protocol.steps, 'step')} at width ${formatCount(widest[0].width)}`
  const [leader, ...others] = ranked
  if (others.length === 0) {
    const first = formatNumber(mean(widest.map(({ loss }) => loss[0])))
    const seeds = leader.losses.length > 1 ? `mean of ${formatPlural(leader.losses.length, 'seed')}` : 'one seed'
    return {
      gist: `only ${leader.name} was trained`,
      sentences: [
        `${where} the loss of ${leader.name} went from ${first} to ${formatNumber(leader.loss)} (${seeds}); no other method was trained that it could be held against.`,
      ],
    }
  }
  const rivals = others.map((standing) => ({ standing, difference: pairedDifference(leader.losses, standing.losses) }))
  const none = methodsOf(findings, untrained).filter((method) => ranked.every((one) => one.method !== method))
  const { gist, sentences } = orderSentence(leader, rivals, where)
  if (none.length === 0) return { gist, sentences }
  const [opening, ...further] = sentences
  const lost = `of ${formatList(none.map(methodLabel))} no network could be trained`
  return { gist: `${gist} (${lost})`, sentences: [opening, `At this width ${lost}.`, ...further] }
}

/** What the comparison hangs on, over all settings. */
function cautions(findings: Findings): string[] {
  const ranked = standings(findings)
  const factor = stepSizeFactor(atWidest(findings.training))
  const steps =
    factor === null || ranked.length < 2
      ? []
      : [`Step sizes are up to ${factor} times apart, and this order hangs on them.`]
  return [...steps, ...(ranked.length > 0 ? leftOut(findings) : [])]
}

/** Which method trained best, by how much, and whether seeds could have done the same. */
export function trainingAnswer(findings: Findings): Answer {
  const [opening, ...further] = overSettings(findings, concludeTraining)
  return [opening, ...further, ...cautions(findings)]
}
