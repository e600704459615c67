import { formatCount, formatPlural } from '../../plot/format.js'
import type { Findings } from '../../study/findings.js'
import type { Answer } from './answer.js'

/** What there is, and what is missing of it. */
export function whatWasRunAnswer({
  provenance,
  methods,
  widths,
  settings,
  training,
  untrained,
  ...found
}: Findings): Answer {
  if (found.pruning.length === 0) return ['Nothing was pruned.']
  const of = [
    formatPlural(methods.length, 'method'),
    formatPlural(widths.length, 'width'),
    ...(settings.length > 1 ? [formatPlural(settings.length, 'setting')] : []),
    formatPlural(provenance.trials, 'trial'),
  ]
  const all = provenance.runs
  const tried = training.length + untrained.length
  const lost = untrained.length > 0 ? ` (${formatCount(untrained.length)} more could not be)` : ''
  const trained =
    tried === 0
      ? 'none of them was trained'
      : `${formatCount(training.length)} of them ${training.length === 1 ? 'was' : 'were'} trained${lost}`
  const failed = found.failed.length
  return [
    `${formatPlural(all, 'network')} ${all === 1 ? 'was' : 'were'} pruned, ${of.join(' × ')}; ${trained}.`,
    failed === 0
      ? 'Every result that was asked for is there.'
      : `${formatPlural(failed, 'result')} could not be computed and ${failed === 1 ? 'is' : 'are'} missing below.`,
  ]
}
