import { formatCount, formatList, formatNumber, formatPlural, readsEqual } from '../../plot/format.js'
import { graphonMoments } from '../../plot/graphons.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { atWidest, largest, methodsOf, smallest } from '../../plot/select.js'
import type { Findings, GraphonFinding } from '../../study/findings.js'
import { joinClauses, namesOf, nothing, overSettings, type Answer, type Conclusion } from './answer.js'

/** Whose graphons have a pattern beyond chance, as far as that was tested. */
function patternConclusion(findings: Findings, width: string): Conclusion {
  const { convergence } = findings
  const tested = convergence.filter(({ test }) => test.structure !== null)
  const methods = methodsOf(findings, tested)
  const isPatterned = (method: string) =>
    tested.some((found) => found.method === method && found.test.structure?.structured === true)
  const [patterned, flat] = [true, false].map((is) => methods.filter((method) => isPatterned(method) === is))
  const names = (some: readonly string[]) => namesOf(findings, some)
  const untested = findings.methods.filter((method) => !methods.includes(method))
  const strongest = largest(tested, ({ test }) => (test.structure?.structured ? test.structure.distance : NaN))
  if (tested.length === 0 || (patterned.length > 0 && !strongest)) {
    return {
      gist: 'it was not tested whether graphons have a pattern beyond chance',
      sentences: [
        'Whether these graphons have a pattern beyond chance was not tested: that takes two widths, and three trials at each.',
      ],
    }
  }
  const others = [
    ...(flat.length > 0 ? [`those of ${names(flat)} cannot be told from masks without structure`] : []),
    ...(untested.length > 0 ? [`those of ${names(untested)} were not tested`] : []),
  ]
  if (!strongest) {
    const clauses = [
      `the graphons of ${names(flat)} cannot be told from those of masks without structure`,
      ...others.slice(1),
    ]
    return { gist: joinClauses(clauses), sentences: [`At width ${width} ${clauses.join('; ')}.`] }
  }
  const by = `most in ${methodLabel(strongest.method)}’s ${matrixLabel(strongest.matrix)}, which is ${formatNumber(strongest.test.structure?.distance ?? null)} times its mean density away from a constant`
  const clause = `the graphons of ${names(patterned)} have a pattern beyond chance`
  return {
    gist: joinClauses([clause, ...others]),
    sentences: [`At width ${width} ${[`${clause}, ${by}`, ...others].join('; ')}.`],
  }
}

/** The matrix farthest from a constant by its numbers alone, for where nothing tells chance from pattern. */
function farthestSentence(items: readonly GraphonFinding[]): string[] {
  const all = items.flatMap(({ method, chain }) =>
    chain.W.map((_, l) => ({
      name: `${methodLabel(method)}’s ${matrixLabel(l + 1)}`,
      ...graphonMoments(chain, l + 1),
    })),
  )
  const most = largest(all, ({ sd }) => sd)
  if (!most) return []
  return [
    `Noise included, ${most.name} varies most: by ${formatNumber(most.sd)} about its mean density ${formatNumber(most.mean)}.`,
  ]
}

function pathsSentence(items: readonly GraphonFinding[]): string[] {
  const collapsed = items.filter(({ pathDensity }) => pathDensity === 0)
  if (collapsed.length > 0) {
    const names = formatList(collapsed.map(({ method }) => methodLabel(method)))
    return [`No path leads from an input to an output under ${names}.`]
  }
  const [most, least] = [largest(items, (g) => g.pathDensity), smallest(items, (g) => g.pathDensity)]
  if (!most || !least || readsEqual(most.pathDensity, least.pathDensity)) return []
  return [
    `Paths from inputs to outputs are densest under ${methodLabel(most.method)}, ${formatNumber(most.pathDensity / least.pathDensity)} times as dense as under ${methodLabel(least.method)}.`,
  ]
}

function concludeGraphons(findings: Findings): Conclusion {
  const items = atWidest(findings.graphons)
  if (items.length === 0) return nothing('no graphon was estimated', 'No graphon was estimated.')
  const pattern = patternConclusion(findings, formatCount(items[0].width))
  const isTested = findings.convergence.some(({ test }) => test.structure !== null)
  const missing = findings.methods.filter((method) => items.every((item) => item.method !== method))
  const [opening, ...further] = pattern.sentences
  return {
    gist: pattern.gist,
    sentences: [
      opening,
      ...further,
      ...(isTested ? [] : farthestSentence(items)),
      ...pathsSentence(items),
      ...(missing.length > 0
        ? [
            `Of ${formatList(missing.map(methodLabel))} there ${missing.length === 1 ? 'is no graphon' : 'are no graphons'} at this width, out of ${formatPlural(findings.methods.length, 'method')}.`,
          ]
        : []),
    ],
  }
}

/** Whose graphons are more than a constant, and where signals pass. */
export const graphonsAnswer = (findings: Findings): Answer => overSettings(findings, concludeGraphons)
