import { clock } from '../data/clock.js'
import { formatNumber, formatPlural } from '../plot/format.js'
import type { StudyMoment } from '../study/watch.js'

/** How far a study is, in a sentence: what is done, how long the rest takes, what has failed. */
export function watchSentence(
  { done, total, perMinute, secondsLeft }: StudyMoment,
  failures: readonly unknown[],
): string {
  const failed = failures.length > 0 ? `, ${failures.length} could not be computed` : ''
  if (done === total) return `All ${formatPlural(total, 'job')} are done.`
  const rate =
    perMinute === null
      ? 'no result has come of late'
      : `about ${clock(secondsLeft ?? Number.NaN)} left at ${formatNumber(perMinute)} a minute`
  return `${done} of ${formatPlural(total, 'job')} done, ${rate}${failed}.`
}
