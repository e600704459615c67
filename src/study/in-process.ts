import { executeJob, type StudyBench } from './execute-job.js'
import type { JobRunner } from './execute-study.js'
import type { JobResult, ResultStore } from './job.js'

/**
 * A store in memory, for tests and browsers.
 *
 * @example
 * import { memoryStore } from 'limn/study'
 *
 * const store = memoryStore()
 * await store.write('job-1', { rows: [{ loss: 0.5 }], arrays: new Map() })
 * console.log(await store.has('job-1'), (await store.read('job-1')).rows) // true [ { loss: 0.5 } ]
 */
export function memoryStore(): Required<Omit<ResultStore, 'open'>> & {
  readonly results: ReadonlyMap<string, JobResult>
} {
  const results = new Map<string, JobResult>()
  return {
    results,
    list: () => Promise.resolve(new Set(results.keys())),
    remove(id) {
      results.delete(id)
      return Promise.resolve()
    },
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

/**
 * Runs jobs in this process, one after another: for a page's worker, tests and small studies.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { inProcessRunner, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
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
 * const { concurrency, run } = inProcessRunner(bench)
 * await run(plan.jobs[0])
 * console.log(concurrency, await store.has(plan.jobs[0].id)) // 1 true
 */
export function inProcessRunner(bench: StudyBench): JobRunner {
  return { concurrency: 1, run: ({ id }) => executeJob(bench, id) }
}
