import type { Job, ResultStore } from './job.js'
import { jobKinds } from './jobs.js'
import { failedOutcome, fromResult, toResult, type Finished } from './jobs/finished.js'
import type { JobKinds } from './jobs/kind.js'
import { jobOf, kindOf } from './jobs/table.js'
import { orRefusal } from './refusal.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

/** What jobs of a study are computed from. */
export interface StudyBench {
  readonly config: StudyConfig
  readonly data: StudyData
  /** All jobs of the plan, by id. */
  readonly jobs: ReadonlyMap<string, Job>
  readonly store: ResultStore
  /** The table that the jobs were planned with. Default {@link jobKinds}. */
  readonly kinds?: JobKinds
  /** Milliseconds of a clock. Default `performance.now`. */
  readonly now?: () => number
}

/**
 * Computes one job from its description and the results it needs, and stores it with its identity on every row. Numbers
 * that refuse to be computed (a score beyond the range of f64, say) cost this job alone: its `job` row says why.
 *
 * @throws Error when a result that it needs is missing or cannot be believed
 * @throws RangeError naming job, record and column for a row that is not of its record
 */
export async function executeJob(bench: StudyBench, id: string): Promise<void> {
  const { config, data, jobs, store, kinds = jobKinds, now = () => performance.now() } = bench
  const begin = now()
  const job = jobOf(jobs, id)
  const kind = kindOf(kinds, job)
  const inputs: Record<string, Finished[]> = {}
  for (const [name, ids] of Object.entries(job.needs)) {
    inputs[name] = await Promise.all(
      ids.map(async (needed) => {
        const from = jobOf(jobs, needed)
        return fromResult(kindOf(kinds, from).records, from, await store.read(needed))
      }),
    )
  }
  const outcome = orRefusal(
    () => kind.execute({ config, data, job, inputs }),
    (reason) => failedOutcome(kind.records, reason),
  )
  await store.write(id, toResult(kind.records, job, outcome, (now() - begin) / 1000))
}
