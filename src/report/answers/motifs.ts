import { studentQuantile } from '../../graphon/convergence/limit-test/student.js'
import { realChange } from '../../graphon/convergence/limit-test/verdict.js'
import { formatCount, formatList, formatNumber } from '../../plot/format.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { cycleRatios, type CycleRatio } from '../../plot/motifs.js'
import { atWidest, largest, methodsOf } from '../../plot/select.js'
import type { Findings } from '../../study/findings.js'
import { nullSimulations } from '../../study/jobs/motifs.js'
import { joinClauses, listWith, nothing, overSettings, type Answer, type Conclusion } from './answer.js'

/** Networks of one method at one width that could be counted. */
function trialsOf({ provenance, failed }: Findings, { method, width }: CycleRatio): number {
  const lost = failed.filter((one) => one.method === method && one.width === width && one.trial !== null)
  return provenance.trials - new Set(lost.map(({ trial }) => trial)).size
}

/**
 * 1 above, −1 below what masks without structure give, 0 where chance in either mean explains it: Student’s t at three
 * standard deviations, with the spread between trials for both, as the verdicts on limits have it.
 */
function sideOf(findings: Findings, one: CycleRatio): number {
  const trials = trialsOf(findings, one)
  if (trials < 2) return 0
  const error = one.sd * Math.sqrt(1 / trials + 1 / nullSimulations)
  const excess = one.mean - one.chance
  return Math.abs(excess) > studentQuantile(realChange, trials - 1) * error ? Math.sign(excess) : 0
}

const nameOf = ({ method, matrix }: CycleRatio) => `${methodLabel(method)}’s ${matrixLabel(matrix)}`

function countConclusion(findings: Findings, last: readonly CycleRatio[]): Conclusion {
  const where = `At width ${formatCount(last[0].width)}`
  const most = largest(last, ({ mean, chance }) => mean / chance)
  const times = most ? `${formatNumber(most.mean / most.chance)} times as many as in masks without structure` : ''
  if (findings.provenance.trials < 2) {
    return {
      gist: 'one network each cannot tell motifs from chance',
      sentences: [
        most
          ? `${where} most 4-cycles are in ${nameOf(most)}, ${times}; from one network each, whose spread is not known, that cannot be told from chance.`
          : `${where} no count is a number.`,
      ],
    }
  }
  const side = (one: CycleRatio) => sideOf(findings, one)
  const methods = methodsOf(findings, last)
  const inMatrices = (wanted: number) =>
    methods.flatMap((method) => {
      const own = last.filter((one) => one.method === method)
      const found = own.filter((one) => side(one) === wanted)
      const isFirst = wanted === 1 || (wanted === -1 && own.every((one) => side(one) !== 1))
      const isHere = wanted === 0 ? own.every((one) => side(one) === 0) : isFirst && found.length > 0
      const note = found.length === own.length ? '' : formatList(found.map(({ matrix }) => matrixLabel(matrix)))
      return isHere ? [{ name: methodLabel(method), note }] : []
    })
  const [above, below, within] = [1, -1, 0].map(inMatrices)
  const clauses = (all: (items: typeof above) => string) => [
    ...(above.length > 0 ? [`the masks of ${all(above)} hold more 4-cycles than chance`] : []),
    ...(below.length > 0 ? [`those of ${all(below)} hold fewer`] : []),
    ...(within.length > 0 ? [`those of ${all(within)} cannot be told from chance`] : []),
  ]
  const tidy = ([first, ...rest]: readonly string[]) => [
    first
      .replace(/^those of/, 'the masks of')
      .replace(/ hold fewer$/, ' hold fewer 4-cycles than chance')
      .replace(/ cannot be told from chance$/, ' hold as many 4-cycles as chance, as far as trials tell'),
    ...rest,
  ]
  const topped = most && side(most) === 1 ? `, at most ${times}, in ${nameOf(most)}` : ''
  const [opening, ...rest] = tidy(clauses(listWith))
  return {
    gist: joinClauses(tidy(clauses((items) => formatList(items.map(({ name }) => name))))),
    sentences: [`${where} ${[`${opening}${topped}`, ...rest].join('; ')}.`],
  }
}

/** How far densities can still be apart at the two largest widths. */
function countingSentence({ motifs, widths }: Findings): string[] {
  const counted = motifs.flatMap(({ method, matrix, counting }) => (counting ? [{ method, matrix, ...counting }] : []))
  const most = largest(counted, ({ cutUpper }) => cutUpper)
  if (!most) return widths.length < 2 ? ['There is one width, so that nothing says whether these numbers settle.'] : []
  return [
    `Between widths ${formatCount(most.from)} and ${formatCount(most.to)} the density of a subgraph can differ by at most ${formatNumber(most.cutUpper)} for each of its edges, in ${methodLabel(most.method)}’s ${matrixLabel(most.matrix)} and less elsewhere.`,
  ]
}

function concludeMotifs(findings: Findings): Conclusion {
  const last = atWidest(cycleRatios(findings.motifs))
  if (last.length === 0) {
    const isEmpty = findings.motifs.length > 0
    const sentence = isEmpty ? 'No mask holds an edge, so that no motif was counted.' : 'No motif was counted.'
    return nothing('no motif was counted', sentence)
  }
  const { gist, sentences } = countConclusion(findings, last)
  return { gist, sentences: [...sentences, ...countingSentence(findings)] }
}

/** Whose masks hold more small subgraphs than chance, and how far their densities can still move. */
export const motifsAnswer = (findings: Findings): Answer => overSettings(findings, concludeMotifs)
