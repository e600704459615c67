import { settingName } from '../../plot/figures.js'
import { formatCount, formatList } from '../../plot/format.js'
import { methodLabel } from '../../plot/labels.js'
import { atSetting } from '../../plot/select.js'
import type { Findings } from '../../study/findings.js'

/** What a section of the report answers: sentences in plain words, at least one. */
export type Answer = readonly [string, ...string[]]

/** What the numbers of one setting say. */
export interface Conclusion {
  /** A clause without numbers, the same wherever the same is concluded: `SNIP trained best`. */
  readonly gist: string
  /** The same as sentences, with the numbers. */
  readonly sentences: Answer
  /** One sentence of numbers that stands for them beside other settings; null for none. Default: the first sentence. */
  readonly numbers?: string | null | undefined
}

/** The conclusion where there are no numbers to conclude from. */
export const nothing = (gist: string, ...sentences: Answer): Conclusion => ({ gist, sentences, numbers: null })

/** Settings that are named one by one; of more, only their number is said. */
const namedSettings = 2

/** Conclusions that are told apart; the settings of further ones are counted. */
const toldConclusions = 3

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `In both settings Random trained best`, `Density 0.2: Random trained best`. */
function placed(findings: Findings, gist: string, places: readonly number[]): string {
  const all = findings.settings.length
  if (places.length === all) return `in ${all === 2 ? 'both' : `all ${formatCount(all)}`} settings ${gist}`
  if (places.length > namedSettings) return `in ${formatCount(places.length)} of ${formatCount(all)} settings ${gist}`
  return `${places.map((place) => settingName(findings, findings.settings[place]).join(', ')).join(' and ')}: ${gist}`
}

/**
 * What is concluded from a study: of one setting its sentences; of several, in how many of them what is concluded, and the
 * numbers of the first that has some.
 *
 * @param conclude sees the findings of one setting
 */
export function overSettings(findings: Findings, conclude: (here: Findings) => Conclusion): Answer {
  const { settings } = findings
  if (settings.length < 2) return conclude(findings).sentences
  const found = settings.map((setting) => conclude(atSetting(findings, setting)))
  const gists = [...new Set(found.map(({ gist }) => gist))]
    .map((gist) => ({ gist, places: found.flatMap((one, place) => (one.gist === gist ? [place] : [])) }))
    .sort((a, b) => b.places.length - a.places.length)
  const [told, others] = [gists.slice(0, toldConclusions), gists.slice(toldConclusions)]
  const parts = told.map(({ gist, places }) => placed(findings, gist, places))
  const left = others.reduce((sum, { places }) => sum + places.length, 0)
  const rest = left > 0 ? [`in the other ${formatCount(left)} it is otherwise`] : []
  const place = found.findIndex(({ numbers }) => numbers !== null)
  if (place < 0 && gists.length === 1) return found[0].sentences
  const conclusion = `${capitalized([...parts, ...rest].join('; '))}.`
  if (place < 0) return [conclusion]
  const { numbers, sentences } = found[place]
  const name = settingName(findings, settings[place]).join(', ')
  return [conclusion, `In numbers for ${name}: ${numbers ?? sentences[0]}`]
}

/** `SNIP and GraSP` where a method has nothing to add, `SNIP (W¹ and W²)` where it has. */
export function listWith(items: readonly { readonly name: string; readonly note: string }[]): string {
  return formatList(items.map(({ name, note }) => (note === '' ? name : `${name} (${note})`)))
}

/** `SNIP and GraSP`, or `all 5 methods`. */
export function namesOf(findings: Findings, methods: readonly string[]): string {
  const all = findings.methods.length
  return methods.length === all && all > 2 ? `all ${formatCount(all)} methods` : formatList(methods.map(methodLabel))
}

/** Clauses, each with commas of its own, in one sentence. */
export const joinClauses = (clauses: readonly string[]): string =>
  clauses.length < 2 ? clauses.join() : `${clauses.slice(0, -1).join(', ')}, and ${clauses[clauses.length - 1]}`
