import { kernelArithmetic } from '../linalg/arithmetic.js'
import { defaultKernels } from '../linalg/kernels.js'
import { version } from '../version.js'
import type { Job, JobResult, OpenResult, ResultStore } from './job.js'
import { jobKinds } from './jobs.js'
import { failedOutcome, fromResult, toResult, type Finished } from './jobs/finished.js'
import type { JobKinds } from './jobs/kind.js'
import { jobOf, kindOf } from './jobs/table.js'
import { openResult } from './open-result.js'
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
  /** Name of the machine, which every result notes. Default `unnamed`. */
  readonly machine?: string
  /** Bytes that this process has had at most, which every result notes. Default: not known. */
  readonly peakMemory?: () => number
  /** Milliseconds of a clock. Default `performance.now`. */
  readonly now?: () => number
}

/**
 * Computes one job from its description and the results it needs, and stores it with its identity on every row. Numbers
 * that refuse to be computed (a score beyond the range of f64, say) cost this job alone: its `job` row says why.
 *
 * @throws Error when a result that it needs is missing or cannot be believed
 * @throws RangeError naming job, record and column for a row that is not of its record
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { executeJob, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
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
 * console.log([...store.results.keys()].length, await store.has(plan.jobs[0].id)) // 1 true
 */
export async function executeJob(bench: StudyBench, id: string): Promise<void> {
  const {
    config,
    data,
    jobs,
    store,
    kinds = jobKinds,
    machine = 'unnamed',
    peakMemory,
    now = () => performance.now(),
  } = bench
  const begin = now()
  const job = jobOf(jobs, id)
  const kind = kindOf(kinds, job)
  const inputs: Record<string, Finished[]> = {}
  const opened: Record<string, OpenResult[]> = {}
  const typed = (needed: string, result: JobResult): Finished => {
    const from = jobOf(jobs, needed)
    return fromResult(kindOf(kinds, from).records, from, result)
  }
  const close = (): void =>
    Object.values(opened)
      .flat()
      .forEach((result) => result.close())
  try {
    for (const [name, ids] of Object.entries(job.needs)) {
      if (kind.streams?.includes(name)) {
        opened[name] = []
        for (const needed of ids) opened[name].push(await openResult(store, needed))
        inputs[name] = opened[name].map(({ rows }, i) => typed(ids[i], { rows, arrays: new Map() }))
      } else {
        inputs[name] = await Promise.all(ids.map(async (needed) => typed(needed, await store.read(needed))))
      }
    }
    const streams = Object.fromEntries(
      Object.entries(opened).map(([name, results]) => [name, results.map(({ arrays }) => arrays)]),
    )
    const outcome = orRefusal(
      () => kind.execute({ config, data, job, inputs, streams }),
      (reason) => failedOutcome(kind.records, reason),
    )
    await store.write(
      id,
      toResult(kind.records, job, outcome, {
        seconds: (now() - begin) / 1000,
        limn: version,
        kernels: kernelArithmetic(defaultKernels()),
        peak_memory: peakMemory?.() ?? null,
        machine,
      }),
    )
  } finally {
    close()
  }
}
