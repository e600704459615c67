import type { Job } from './job.js'
import type { Survey } from './execute-study.js'
import type { StudyPlan } from './plan.js'

/** Why a job is still to be computed. */
export const reasons = {
  new: 'no earlier plan has it',
  changed: 'an earlier plan had it with other settings',
  missing: 'its result is not there',
  damaged: 'its result cannot be believed',
} as const

export type Reason = keyof typeof reasons

/** What a job is of, whatever its settings. */
const placeOf = ({ kind, method, density, scope, sizes, trial, part }: Job): string =>
  JSON.stringify([kind, method, density, scope, sizes, trial, part])

/**
 * Why each job that has no result is to be computed, by id.
 *
 * @param survey of the results that are there
 * @param before the plan that the folder has from an earlier run
 */
export function reasonsOf(
  { jobs }: Pick<StudyPlan, 'jobs'>,
  { whole, damaged }: Survey,
  before?: Pick<StudyPlan, 'jobs'>,
): ReadonlyMap<string, Reason> {
  const done = new Set(whole.map(({ id }) => id))
  const broken = new Set(damaged.map(({ id }) => id))
  const ids = new Set(before?.jobs.map(({ id }) => id))
  const places = new Set(before?.jobs.map(placeOf))
  const reasonOf = (job: Job): Reason => {
    if (broken.has(job.id)) return 'damaged'
    if (ids.has(job.id)) return 'missing'
    return places.has(placeOf(job)) ? 'changed' : 'new'
  }
  return new Map(jobs.filter(({ id }) => !done.has(id)).map((job) => [job.id, reasonOf(job)]))
}

/** What jobs of a kind took, beside what their cost says. */
export interface Speed {
  /** Sum of their costs. */
  readonly cost: number
  /** Sum of their seconds. */
  readonly seconds: number
}

/** Speeds of one machine, by kind of job. */
export type Speeds = Readonly<Record<string, Speed>>

/**
 * How many times the seconds that its cost says a job of a kind takes: measured on jobs of the kind, else of all kinds; 1, the
 * machine of docs/performance.md, where nothing is measured.
 */
export function slownessOf(kind: string, speeds: Speeds): number {
  const own = speeds[kind] as Speed | undefined
  if (own && own.cost > 0) return own.seconds / own.cost
  const all = Object.values(speeds).filter(({ cost }) => cost > 0)
  const cost = all.reduce((sum, one) => sum + one.cost, 0)
  return cost > 0 ? all.reduce((sum, one) => sum + one.seconds, 0) / cost : 1
}

/** What is left of one kind of job. */
export interface KindForesight {
  readonly kind: string
  readonly jobs: number
  readonly done: number
  readonly why: Readonly<Partial<Record<Reason, number>>>
  /** Seconds of one thread for what is left. */
  readonly seconds: number
}

/** Jobs of a plan by kind: how many are there, why the others are not, and how long they will take. */
export function foresee(
  { jobs }: Pick<StudyPlan, 'jobs'>,
  why: ReadonlyMap<string, Reason>,
  speeds: Speeds,
): KindForesight[] {
  return [...new Set(jobs.map(({ kind }) => kind))].map((kind) => {
    const own = jobs.filter((job) => job.kind === kind)
    const left = own.filter(({ id }) => why.has(id))
    const counts: Partial<Record<Reason, number>> = {}
    for (const { id } of left) {
      const reason = why.get(id)!
      counts[reason] = (counts[reason] ?? 0) + 1
    }
    const cost = left.reduce((sum, job) => sum + job.cost, 0)
    return {
      kind,
      jobs: own.length,
      done: own.length - left.length,
      why: counts,
      seconds: cost * slownessOf(kind, speeds),
    }
  })
}

/**
 * Seconds of the clock for jobs on so many threads: work over threads, and at least the longest chain of jobs that need each other.
 *
 * @param left ids of the jobs that are to be computed
 */
export function clockSeconds(jobs: readonly Job[], left: ReadonlySet<string>, speeds: Speeds, threads: number): number {
  const ends = new Map<string, number>()
  let work = 0
  for (const job of jobs) {
    const own = left.has(job.id) ? job.cost * slownessOf(job.kind, speeds) : 0
    work += own
    const begin = Math.max(0, ...Object.values(job.needs).flatMap((ids) => ids.map((id) => ends.get(id) ?? 0)))
    ends.set(job.id, begin + own)
  }
  return Math.max(work / threads, ...ends.values())
}
