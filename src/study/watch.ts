import { slownessOf, type Speeds } from './foresight.js'
import type { Job } from './job.js'

/** Jobs of one kind, and how many of them have a result. */
export interface KindProgress {
  readonly kind: string
  readonly total: number
  readonly done: number
}

/** How far a study is at one moment. */
export interface StudyMoment {
  readonly total: number
  readonly done: number
  /** Share of the expected work that is done, 0 … 1. */
  readonly share: number
  readonly kinds: readonly KindProgress[]
  /** Results that came per minute of late; null before two looks have seen one come. */
  readonly perMinute: number | null
  /** Seconds until the rest is done if work goes on as of late; null where that is not known, 0 where all is done. */
  readonly secondsLeft: number | null
  /** Jobs whose results have come since the last look, in the order of the plan; none at the first. */
  readonly fresh: readonly Job[]
}

interface Look {
  readonly at: number
  readonly done: number
  readonly cost: number
}

/** Milliseconds over which rates are taken: long enough for many jobs, short enough to notice a worker that has gone. */
export const span = 300_000

/**
 * Follows a study by looks at which results are there. Rates are those of the last five minutes, and the time that is left is
 * reckoned from the expected work of jobs, not from their number: the last jobs of a study are often its longest.
 *
 * @param speeds what jobs of a kind take beside what their cost says. Default: what it says
 * @returns takes the milliseconds of a clock and the ids of results that are there, of this study or not
 *
 * @example
 * import { followStudy, type Job } from 'limn/study'
 *
 * const job = (id: string, cost: number): Job => ({
 *   ...{ kind: 'run', method: 'snip', density: 0.1, scope: 'global', sizes: [4, 8, 2], width: 8, trial: 0, needs: {} },
 *   ...{ id, cost },
 * })
 * const look = followStudy([job('a', 1), job('b', 1), job('c', 2)])
 * look(0, new Set())
 * const { done, perMinute, secondsLeft } = look(30_000, new Set(['a']))
 * console.log(done, perMinute, secondsLeft) // 1 2 90
 */
export function followStudy(
  jobs: readonly Job[],
  speeds: Speeds = {},
): (now: number, there: ReadonlySet<string>) => StudyMoment {
  const kinds = [...new Set(jobs.map(({ kind }) => kind))]
  const slowness = new Map(kinds.map((kind) => [kind, slownessOf(kind, speeds)]))
  const work = (some: readonly Job[]): number =>
    some.reduce((sum, { kind, cost }) => sum + cost * slowness.get(kind)!, 0)
  const totalCost = work(jobs)
  let looks: Look[] = []
  let before: ReadonlySet<string> | undefined
  return (now, there) => {
    const done = jobs.filter(({ id }) => there.has(id))
    const cost = work(done)
    const known = before
    const fresh = known ? done.filter(({ id }) => !known.has(id)) : []
    before = new Set(done.map(({ id }) => id))
    // The youngest look that is old enough is kept, so that rates are over the whole span.
    const old = looks.findLastIndex(({ at }) => at <= now - span)
    looks = [...looks.slice(Math.max(0, old)), { at: now, done: done.length, cost }]
    const [first] = looks
    const seconds = (now - first.at) / 1000
    const [came, worked] = [done.length - first.done, cost - first.cost]
    const isKnown = seconds > 0 && came > 0
    const left = totalCost - cost
    return {
      total: jobs.length,
      done: done.length,
      share: totalCost > 0 ? cost / totalCost : 1,
      kinds: kinds.map((kind) => ({
        kind,
        total: jobs.filter((job) => job.kind === kind).length,
        done: done.filter((job) => job.kind === kind).length,
      })),
      perMinute: isKnown ? (60 * came) / seconds : null,
      secondsLeft: done.length === jobs.length ? 0 : isKnown && worked > 0 ? (left * seconds) / worked : null,
      fresh,
    }
  }
}
