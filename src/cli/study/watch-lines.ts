import { clock } from '../../data/clock.js'
import { visible } from '../../data/visible.js'
import type { WatchedStudy } from '../../node/studies/watch/watch.js'
import { formatPlural } from '../../plot/format.js'
import { watchSentence } from '../../report/watch-words.js'

/** Failures that are listed; the others are counted. */
const mostListed = 5
const barWidth = 24

const bar = (share: number): string => {
  const full = Math.round(barWidth * share)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
}

function queueLines({ queue }: WatchedStudy): string[] {
  if (!queue) return []
  const { answers, workers, active, waiting, failed, processes } = queue
  if (!answers) return ['  queue: does not answer']
  const counts = `${formatPlural(workers, 'worker')}, ${active} jobs at work, ${waiting} waiting, ${failed} failed`
  const more = processes.length - mostListed
  return [
    `  queue: ${counts}`,
    ...processes
      .slice(0, mostListed)
      .map(
        ({ name, jobs }) =>
          `  ${visible(name)}: ${jobs.length > 0 ? jobs.map((id) => visible(id)).join(', ') : 'waits'}`,
      ),
    ...(more > 0 ? [`  and ${more} more workers`] : []),
  ]
}

/** A study at one moment in lines: the answer, kinds of jobs, who is at it, what has failed. */
export function watchLines(study: WatchedStudy): string[] {
  const { title, kinds, failures, machines } = study
  const widest = Math.max(0, ...kinds.map(({ kind }) => kind.length))
  return [
    `${visible(title)}: ${watchSentence(study, failures)}`,
    ...kinds.map(
      ({ kind, done, total }) => `  ${kind.padEnd(widest)}  ${bar(total > 0 ? done / total : 1)}  ${done} of ${total}`,
    ),
    ...queueLines(study),
    ...machines.map(
      ({ name, results, silent }) => `  ${visible(name)}: ${results} results, the last ${clock(silent / 1000)} ago`,
    ),
    ...failures.slice(0, mostListed).map(({ job, error }) => `  failed ${job}: ${visible(error)}`),
    ...(failures.length > mostListed ? [`  and ${failures.length - mostListed} more that failed`] : []),
  ]
}

/** What a line is printed for where nobody redraws: what is done, what failed, who is at it; no times, which always change. */
export function changeKey({ done, failures, machines, queue }: WatchedStudy): string {
  const workers = queue?.processes.map(({ name }) => name)
  return JSON.stringify([done, failures, machines.map(({ name }) => name), queue?.answers, queue?.failed, workers])
}

/** Puts lines in place of those that were shown before, where a terminal can; elsewhere the first of them follows when the key, itself by default, differs. */
export function liveLines(write: (text: string) => void, terminal: { readonly columns: number } | undefined) {
  let shown = 0
  let last = ''
  return (lines: readonly string[], key = lines[0]): void => {
    if (!terminal) {
      if (key !== last) write(`${lines[0]}\n`)
      last = key
      return
    }
    const cut = lines.map((line) =>
      line.length > terminal.columns - 1 ? `${line.slice(0, terminal.columns - 2)}…` : line,
    )
    const up = shown > 0 ? `\u001b[${shown}A` : ''
    write(`${up}\u001b[0J${cut.join('\n')}\n`)
    shown = cut.length
  }
}
