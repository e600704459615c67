import { executeJob, type StudyBench } from './execute-job.js'
import type { JobRunner } from './execute-study.js'
import type { JobResult, ResultStore } from './job.js'

/** A store in memory, for tests and browsers. */
export function memoryStore(): ResultStore & { readonly results: ReadonlyMap<string, JobResult> } {
  const results = new Map<string, JobResult>()
  return {
    results,
    has: (id) => Promise.resolve(results.has(id)),
    damage: () => Promise.resolve(undefined),
    read(id) {
      const result = results.get(id)
      return result ? Promise.resolve(result) : Promise.reject(new Error(`memoryStore: no result '${id}'`))
    },
    write(id, result) {
      results.set(id, result)
      return Promise.resolve()
    },
  }
}

/** Runs jobs in this process, one after another: for a page's worker, tests and small studies. */
export function inProcessRunner(bench: StudyBench): JobRunner {
  return { concurrency: 1, run: ({ id }) => executeJob(bench, id) }
}
