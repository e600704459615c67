import { formatCount, formatList, formatNumber, formatPlural } from '../../plot/format.js'
import { methodLabel } from '../../plot/labels.js'
import type { ComparedNumber, Comparison } from '../../study/compare/compare.js'
import { measureOf } from '../../study/compare/measures.js'

/** What differs in the settings, in a sentence. */
function settingsSentence({ settings, names }: Comparison): string {
  if (settings.length === 0) return 'The two studies have the same settings, data, kernels and version.'
  const said = settings.map(({ key, a, b }) => `${key} (${a ?? 'none'} in ${names.a}, ${b ?? 'none'} in ${names.b})`)
  const shown = said.slice(0, 3)
  const rest = said.length - shown.length
  return `They differ in ${formatList([...shown, ...(rest > 0 ? [`${formatCount(rest)} further keys`] : [])])}.`
}

/** Which way one number goes from A to B, for a method: beyond chance, not told apart, or without a spread to say. */
const methodsWith = (numbers: readonly ComparedNumber[], outcome: ComparedNumber['outcome']): string[] =>
  numbers.filter((one) => one.outcome === outcome).map(({ method }) => methodLabel(method))

/** What a measure says over methods, in sentences; none where neither study has it. */
export function measureSentences({ numbers, names }: Comparison, measure: ComparedNumber['measure']): string[] {
  const own = numbers.filter((one) => one.measure === measure)
  if (own.length === 0) return []
  const { label } = measureOf(measure)
  const Label = `${label.charAt(0).toUpperCase()}${label.slice(1)}`
  if (own.every(({ outcome }) => outcome === 'same')) return [`${Label}: the same in both for every method.`]
  const parts = [
    [methodsWith(own, 'below'), `lower in ${names.b} for`],
    [methodsWith(own, 'above'), `higher in ${names.b} for`],
    [methodsWith(own, 'open'), 'not told apart for'],
    [methodsWith(own, 'same'), 'the same for'],
  ] as const
  const sure = parts.flatMap(([methods, said]) => (methods.length > 0 ? [`${said} ${formatList(methods)}`] : []))
  const unknown = own.filter(({ outcome }) => outcome === 'unknown')
  const bare = unknown.map(
    ({ method, a, b }) => `${methodLabel(method)} ${formatNumber(a.mean)} and ${formatNumber(b.mean)}`,
  )
  const few = unknown.some(({ a, b }) => a.n === 1 || b.n === 1)
  return [
    ...(sure.length > 0 ? [`${Label}: ${sure.join('; ')}.`] : []),
    ...(bare.length > 0
      ? [
          `${Label}, ${names.a} and ${names.b}: ${bare.join(', ')}${few ? '; one network each tells nothing of chance' : ''}.`,
        ]
      : []),
  ]
}

/** The answer: what differs in the settings, what in the training, and how much of both is the very same. */
export function compareAnswer(comparison: Comparison): string[] {
  const { jobs, methods, names } = comparison
  const first = settingsSentence(comparison)
  if (methods.both.length === 0) {
    return [
      first,
      `They have no method in common: ${names.a} has ${formatList(methods.onlyA)}, ${names.b} ${formatList(methods.onlyB)}.`,
    ]
  }
  const same =
    jobs.same === jobs.a && jobs.same === jobs.b
      ? [`All ${formatPlural(jobs.a, 'result')} are the very same.`]
      : jobs.same > 0
        ? [
            `Of ${formatCount(jobs.a)} and ${formatPlural(jobs.b, 'result')} ${jobs.same === 1 ? '1 is' : `${formatCount(jobs.same)} are`} the very same: nothing that ${jobs.same === 1 ? 'it depends' : 'they depend'} on differs.`,
          ]
        : []
  const measured = (['loss', 'effective-density'] as const)
    .map((measure) => measureSentences(comparison, measure))
    .find((said) => said.length > 0)
  return [first, ...(measured ?? ['Neither has trained networks of a method that both have.']), ...same]
}

/** How the intervals were taken, for the tables. */
export function intervalNote({ numbers }: Comparison): string {
  const known = numbers.filter(({ interval }) => interval !== null).length
  if (numbers.every(({ outcome }) => outcome === 'same')) return 'All numbers are the same, to the last bit.'
  if (known === 0)
    return 'No interval can be given: that takes two or more trained networks of each method (training.trials).'
  const inPairs = numbers.filter(({ interval, paired }) => interval !== null && paired).length
  const pairs = 'networks of a trial begin with the same weights in both studies, and are subtracted in pairs'
  const apart = 'networks of the two studies are taken as independent (Welch)'
  const how =
    inPairs === 0
      ? apart
      : inPairs === known
        ? pairs
        : `${pairs} where both have the same trials one by one, in ${formatCount(inPairs)} of them; else ${apart}`
  return `Intervals are 95 % of Student’s t; ${how}. Of ${formatPlural(known, 'comparison')}, about one in twenty is off by chance alone.`
}
