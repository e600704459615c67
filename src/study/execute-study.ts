import { neededIds, type Damage, type Job, type ResultStore } from './job.js'
import { presentIn } from './present.js'

/** Where jobs are computed: in this process, on threads, on machines behind a queue. */
export interface JobRunner {
  /** How many jobs it takes at once. */
  readonly concurrency: number
  /**
   * Runs a job and resolves when its result is in the store. What may succeed at the next attempt (a worker that was killed,
   * a store that was away) it tries again itself; what it rejects with ends the study.
   */
  run(job: Job): Promise<void>
}

export interface StudyProgress {
  readonly done: number
  readonly total: number
  /** Found finished before this call began. */
  readonly found: number
  /** Share of the expected work of the missing jobs that is done, 0 … 1. */
  readonly share: number
  readonly latest: Job | undefined
}

/** A plan's jobs, where their results are kept, and where they are computed. */
export interface StudyExecution {
  readonly jobs: readonly Job[]
  readonly store: ResultStore
  readonly runner: JobRunner
  readonly onProgress?: (progress: StudyProgress) => void
  /** Called before the first job starts, with what the store has and can be believed, and what cannot and is computed anew. */
  readonly onFound?: (found: readonly Job[], damaged: readonly Damage[]) => void
  /** Ids of results of other jobs that are in the store, and may be needed. Default: none. */
  readonly provided?: ReadonlySet<string>
  /**
   * What a job that cannot be computed does to the others (a worker out of memory, a file that is gone; numbers that refuse are a
   * result): `stop` ends the study at once, `continue` computes all that do not need its result. Default `stop`.
   */
  readonly onError?: 'stop' | 'continue'
  /** When aborted, no further job starts and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A job that could not be computed. */
export interface FailedJob {
  readonly job: Job
  readonly error: Error
}

/** Milliseconds of work between two pauses. */
const longestStretch = 50

/** A result of a job that cannot be believed. */
export interface DamagedResult extends Damage {
  readonly id: string
}

/** Results of jobs as a store has them. */
export interface Survey {
  readonly whole: readonly Job[]
  readonly damaged: readonly DamagedResult[]
}

/**
 * Looks at every result that is there, one after another with pauses in which the process hears signals.
 *
 * @throws the signal's reason once it is aborted
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { executeJob, memoryStore, planFromText, plannedData, surveyResults, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * const store = memoryStore()
 * const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 * const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 * await executeJob(bench, plan.jobs[0].id)
 * const { whole, damaged } = await surveyResults(plan.jobs, store)
 * console.log(whole.length, damaged.length) // 1 0
 */
export async function surveyResults(jobs: readonly Job[], store: ResultStore, signal?: AbortSignal): Promise<Survey> {
  const whole: Job[] = []
  const damaged: DamagedResult[] = []
  const ids = jobs.map(({ id }) => id)
  const there = await presentIn(store, ids)
  let rested = performance.now()
  for (const job of jobs) {
    if (!there.has(job.id)) continue
    const damage = await store.damage(job.id)
    if (damage) damaged.push({ id: job.id, ...damage })
    else whole.push(job)
    if (performance.now() - rested < longestStretch) continue
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal?.throwIfAborted()
    rested = performance.now()
  }
  return { whole, damaged }
}

/**
 * Runs every job whose result the store lacks or cannot vouch for, each after those it needs. Results do not depend on the concurrency or on the
 * order in which jobs finish, since a job reads nothing but its own description and the results it needs.
 *
 * @returns jobs that could not be computed: none, unless `onError` is `continue`. Their results are missing, and those of jobs that
 *   need them; another call computes them
 * @throws the first job's error; results already stored stay
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { executeStudy, inProcessRunner, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * const store = memoryStore()
 * const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 * const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 * await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
 * console.log(store.results.size === plan.jobs.length) // true
 */
export async function executeStudy(execution: StudyExecution): Promise<readonly FailedJob[]> {
  const { jobs, store, runner, provided, onProgress, onFound, onError = 'stop', signal } = execution
  const { whole, damaged } = await surveyResults(jobs, store, signal)
  onFound?.(whole, damaged)
  const finished = new Set(whole.map((job) => job.id))
  const found = finished.size
  const waiting = jobs.filter((job) => !finished.has(job.id))
  const totalCost = waiting.reduce((sum, job) => sum + job.cost, 0)
  let doneCost = 0
  const report = (latest: Job | undefined) =>
    onProgress?.({
      done: finished.size,
      total: jobs.length,
      found,
      share: totalCost > 0 ? doneCost / totalCost : 1,
      latest,
    })
  report(undefined)
  const failed: FailedJob[] = []
  const running = new Set<Promise<void>>()
  while (waiting.length > 0 || running.size > 0) {
    signal?.throwIfAborted()
    while (running.size < runner.concurrency) {
      const next = waiting.findIndex((job) => neededIds(job).every((id) => finished.has(id) || provided?.has(id)))
      if (next < 0) break
      const [job] = waiting.splice(next, 1)
      const promise = runner.run(job).then(
        () => {
          finished.add(job.id)
          doneCost += job.cost
          running.delete(promise)
          report(job)
        },
        (error: unknown) => {
          if (onError === 'stop') throw error
          failed.push({ job, error: error instanceof Error ? error : new Error(String(error)) })
          running.delete(promise)
        },
      )
      running.add(promise)
    }
    if (running.size === 0 && failed.length > 0) break
    if (running.size === 0) throw new Error(`study: ${waiting.length} jobs wait for results that no job gives`)
    await Promise.race(running)
  }
  return failed
}
