import { formatCount, formatList, formatPercent } from '../../plot/format.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { atWidest, largest, smallest } from '../../plot/select.js'
import type { Findings, StructureFinding } from '../../study/findings.js'
import { degreeWord, type DegreeWord } from '../structure-words.js'
import { joinClauses, listWith, nothing, overSettings, type Answer, type Conclusion } from './answer.js'

/** Share of survivors on no path, below which nothing is said to be lost. */
const hardly = 5e-4

const lostShare = ({ keptDensity, effectiveDensity }: StructureFinding): number => 1 - effectiveDensity / keptDensity

function lostSentence(items: readonly StructureFinding[]): string {
  const [most, least] = [largest(items, lostShare), smallest(items, lostShare)]
  if (!most || !least || lostShare(most) < hardly) {
    return 'Practically every surviving weight lies on a path from an input to an output.'
  }
  const [high, low] = [most, least].map((one) => formatPercent(lostShare(one)))
  const path = 'no path from an input to an output'
  if (items.length > 1 && high === low) return `Under every method ${high} of the surviving weights lie on ${path}.`
  const other = items.length > 1 ? `, the most, and ${low} of ${methodLabel(least.method)}’s, the least` : ''
  return `${high} of ${methodLabel(most.method)}’s surviving weights lie on ${path}${other}.`
}

function collapsedSentence(items: readonly StructureFinding[]): string[] {
  const dead = items.filter(({ collapsed }) => collapsed > 0)
  if (dead.length === 0) return []
  const names = listWith(
    dead.map(({ method, collapsed, trials }) => ({
      name: methodLabel(method),
      note: trials === collapsed ? '' : `${formatCount(collapsed)} of ${formatCount(trials)} networks`,
    })),
  )
  return [`No path is left under ${names}.`]
}

/** Matrices of a method either side of which has a word. */
function matricesWith({ matrices, trials }: StructureFinding, words: readonly DegreeWord[]): number[] {
  return matrices.flatMap(({ matrix, fanIn, fanOut }) => {
    const found = [fanIn, fanOut].map((side) => degreeWord(side, trials))
    return found.some((word) => word !== null && words.includes(word)) ? [matrix] : []
  })
}

/** Whose degrees are beyond chance, and to which side. */
function degreeClauses(items: readonly StructureFinding[]): (isNamed: boolean) => string[] {
  const judged = items.filter(
    (one) => matricesWith(one, ['constant', 'regular', 'chance', 'uneven', 'mixed']).length > 0,
  )
  const uneven = (one: StructureFinding) => matricesWith(one, ['uneven'])
  const even = (one: StructureFinding) => matricesWith(one, ['constant', 'regular'])
  const groups = [
    { own: judged.filter((one) => uneven(one).length > 0), matrices: uneven },
    { own: judged.filter((one) => uneven(one).length === 0 && even(one).length > 0), matrices: even },
    { own: judged.filter((one) => uneven(one).length + even(one).length === 0), matrices: () => [] },
  ] as const
  return (isNamed) =>
    groups.flatMap(({ own, matrices }, group) => {
      if (own.length === 0) return []
      const names = own.map((one) => {
        const found: number[] = matrices(one)
        const isSome = isNamed && found.length > 0 && found.length < one.matrices.length
        return { name: methodLabel(one.method), note: isSome ? formatList(found.map((l) => matrixLabel(l))) : '' }
      })
      const all = listWith(names)
      return [
        group === 0
          ? `fan-in or fan-out is more uneven than chance under ${all}`
          : group === 1
            ? `fan-in or fan-out is more regular than chance under ${all}`
            : `degrees cannot be told from chance under ${all}`,
      ]
    })
}

/** How many masks are as good expanders as can be. */
function boundSentence(items: readonly StructureFinding[]): string[] {
  const counts = items.map(({ method, matrices }) => ({
    name: methodLabel(method),
    within: matrices.reduce((sum, one) => sum + one.within, 0),
    judged: matrices.reduce((sum, one) => sum + one.judged, 0),
  }))
  const some = counts.filter(({ judged }) => judged > 0)
  if (some.length === 0) return []
  const inside = some.filter(({ within, judged }) => within === judged)
  const outside = some.filter(({ within, judged }) => within < judged)
  const parts = [
    ...(inside.length > 0
      ? [`within the Ramanujan bound in every mask of ${formatList(inside.map(({ name }) => name))}`]
      : []),
    ...(outside.length > 0
      ? [
          `above it in ${formatList(outside.map(({ name, within, judged }) => `${formatCount(judged - within)} of ${formatCount(judged)} masks of ${name}`))}`,
        ]
      : []),
  ]
  const text = parts.join(', and ')
  return [
    `The second singular value is ${inside.length > 0 ? text : text.replace('above it', 'above the Ramanujan bound')}.`,
  ]
}

function concludeStructure(findings: Findings): Conclusion {
  const items = atWidest(findings.structures)
  if (items.length === 0) return nothing('no mask was looked at', 'No mask was looked at.')
  const where = `At width ${formatCount(items[0].width)}`
  const clauses = degreeClauses(items)
  const named = clauses(true)
  const degrees =
    named.length > 0
      ? `${where} ${named.join('; ')}.`
      : `${where} every weight survives, so that degrees cannot differ.`
  const alive = items.filter((one) => one.collapsed < one.trials)
  const lost = alive.length > 0 ? lostSentence(alive) : null
  return {
    gist: named.length > 0 ? joinClauses(clauses(false)) : 'degrees cannot differ',
    sentences: [degrees, ...collapsedSentence(items), ...(lost === null ? [] : [lost]), ...boundSentence(items)],
    numbers: lost,
  }
}

/** Whose masks are more regular or more uneven than chance, what of them leads nowhere, and how well they expand. */
export const structureAnswer = (findings: Findings): Answer => overSettings(findings, concludeStructure)
