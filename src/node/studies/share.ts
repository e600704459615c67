import { executeStudy, surveyResults, type StudyProgress } from '../../study/execute-study.js'
import { neededIds, type Job } from '../../study/job.js'
import { stagesOf, type StudyPlan } from '../../study/plan.js'
import { shareOf, type Share } from '../../study/shares.js'
import { timedRunner } from '../../study/timed-runner.js'
import { inStudyFolder } from './folder.js'
import type { BucketAddress } from './bucket/address.js'
import { openStudyStore } from './bucket/open.js'
import { rememberSpeeds } from './speeds.js'
import { startStudyWorkers } from './workers.js'

export interface ShareExecution extends Share {
  readonly workers: number
  /** The bucket that keeps plan and results, which are copied to and from the folder. Default: the folder. */
  readonly bucket?: BucketAddress | undefined
  readonly onProgress?: (progress: StudyProgress) => void
  readonly signal?: AbortSignal
}

/** What a share has come to. */
export interface ShareOutcome {
  readonly jobs: number
  /** Computed by this call. */
  readonly computed: number
  /** Were there before. */
  readonly found: number
  /** Wait for results of other shares: the same command computes them once these are there. */
  readonly waiting: number
}

/**
 * Runs those jobs of one share that can be run: whose own results are missing and whose inputs are in the folder, stage by
 * stage. Any number of processes, on any machines that see the folder, may run shares of one study at the same time.
 *
 * @param plan of the folder
 * @throws RangeError when there is no such share
 * @throws FileError when the data are no longer those of the plan
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeShareIn, prepareStudy, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('study.yaml', `data: { source: data.npz, samples: 6 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`)
 * const plan = await prepareStudy('study.yaml')
 * const first = await executeShareIn('out', plan, { index: 0, of: 1, workers: 1 })
 * const again = await executeShareIn('out', plan, { index: 0, of: 1, workers: 1 })
 * console.log(first.computed === plan.jobs.length, again.found === plan.jobs.length) // true true
 */
export function executeShareIn(directory: string, plan: StudyPlan, options: ShareExecution): Promise<ShareOutcome> {
  const { workers: count, bucket, onProgress, signal } = options
  const share = shareOf(plan.jobs, options)
  return inStudyFolder(directory, async () => {
    const opened = await openStudyStore(directory, bucket)
    const { store, remote } = opened
    const workers = startStudyWorkers(count, { directory, plan, bucket })
    const { runner, speeds } = timedRunner(workers)
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    const stage = stagesOf(plan.jobs)
    const last = Math.max(0, ...share.map(({ id }) => stage.get(id)!))
    const byId = new Map(plan.jobs.map((job) => [job.id, job]))
    let [computed, found, waiting] = [0, 0, 0]
    const total = share.length
    try {
      await remote?.store.sync([...new Set(share.flatMap((job) => [job.id, ...neededIds(job)]))], signal)
      for (let now = 0; now <= last; now++) {
        const own = share.filter(({ id }) => stage.get(id) === now)
        const { whole } = await surveyResults(own, store, signal)
        const done = new Set(whole.map(({ id }) => id))
        const left = own.filter(({ id }) => !done.has(id))
        const needed = [...new Set(left.flatMap(neededIds))].map((id) => byId.get(id)!)
        const provided = new Set((await surveyResults(needed, store, signal)).whole.map(({ id }) => id))
        const ready = (job: Job): boolean => neededIds(job).every((id) => provided.has(id))
        const jobs = left.filter(ready)
        found += whole.length
        waiting += left.length - jobs.length
        const before = found + computed
        await Promise.race([
          aborted,
          executeStudy({
            jobs,
            store,
            runner,
            provided,
            ...(onProgress && {
              onProgress: (progress: StudyProgress) =>
                onProgress({
                  ...progress,
                  done: before + progress.done,
                  total,
                  share: (before + progress.done) / total,
                }),
            }),
            ...(signal && { signal }),
          }),
        ])
        computed += jobs.length
      }
      return { jobs: total, computed, found, waiting }
    } finally {
      await workers.close()
      opened.close()
      rememberSpeeds(plan.facts.kernels, speeds())
    }
  })
}
