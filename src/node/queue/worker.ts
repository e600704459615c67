import type { Worker } from 'bullmq'
import { pinKernels } from '../../study/prepare.js'
import type { Job } from '../../study/job.js'
import type { StudyPlan } from '../../study/plan.js'
import { presentIn } from '../../study/present.js'
import { version } from '../../version.js'
import { FileError } from '../../data/file-error.js'
import { inStudyFolder } from '../studies/folder.js'
import { planPath } from '../studies/plan-file.js'
import type { BucketAddress } from '../studies/bucket/address.js'
import { openStudyStore } from '../studies/bucket/open.js'
import { startStudyWorkers } from '../studies/workers.js'
import { queueName, workerName, type QueueConnection } from './connection.js'

export interface QueueWorkerOptions {
  /** Threads, each with a job of its own. */
  readonly workers: number
  /** The bucket that keeps plan and results; the folder then has copies of what this process needs. Default: the folder. */
  readonly bucket?: BucketAddress | undefined
  /** Whether modules that the study names may be loaded. Default false. */
  readonly allowModules?: boolean
  /** Milliseconds for which a job belongs to a worker that does not answer. Default 60,000. */
  readonly lockDuration?: number
  /** Milliseconds between two looks for such jobs. Default 15,000. */
  readonly stalledInterval?: number
  readonly onJob?: (job: Job, error?: Error) => void
  readonly signal?: AbortSignal
}

/** Milliseconds between two looks whether the study is done. */
const lookEvery = 1000
/** A look at many results, in a bucket say, is followed by a pause that is so many times longer. */
const patience = 20
/** How often a job may lose its worker before it counts as failed. */
const mostStalls = 20

/**
 * Refuses a plan that this program may not or cannot compute.
 *
 * @throws FileError for a plan of another limn, or one that names modules without leave
 * @throws Error when this machine rounds otherwise than the plan
 */
function requirePlan(directory: string, plan: StudyPlan, allowModules: boolean): void {
  const file = planPath(directory)
  if (plan.provenance.limnVersion !== version) {
    throw new FileError(
      file,
      `expected a plan of limn ${version}, got one of ${plan.provenance.limnVersion}; use that version`,
    )
  }
  const { methods = [], activation, estimator, metrics = [] } = plan.facts
  const modules = [...methods, ...(activation ? [activation] : []), ...(estimator ? [estimator] : []), ...metrics]
  const module = modules.at(0)
  if (module && !allowModules) {
    throw new FileError(file, `expected names alone, got the module ${module.path}; --allow-modules loads it`)
  }
  pinKernels(plan)
}

/**
 * Computes jobs of a study that a coordinator has queued, on threads of this process, until the study is done. Results go into
 * the study's folder. A job that another worker has left is taken over.
 *
 * @returns how many jobs were computed here
 * @throws the signal's reason once it is aborted
 */
export async function runQueueWorker(
  { bullmq, redis, close }: QueueConnection,
  directory: string,
  plan: StudyPlan,
  options: QueueWorkerOptions,
): Promise<number> {
  const {
    workers: count,
    bucket,
    allowModules = false,
    lockDuration = 60_000,
    stalledInterval = 15_000,
    onJob,
    signal,
  } = options
  requirePlan(directory, plan, allowModules)
  const byId = new Map(plan.jobs.map((job) => [job.id, job]))
  return inStudyFolder(directory, async () => {
    const opened = await openStudyStore(directory, bucket)
    const { store } = opened
    const threads = startStudyWorkers(count, { directory, plan, bucket })
    let computed = 0
    const worker: Worker = new bullmq.Worker(
      queueName(plan),
      async ({ id = '' }) => {
        const job = byId.get(id)
        if (!job) throw new Error(`${id}: expected a job of this study`)
        if ((await store.has(id)) && (await store.damage(id)) === undefined) return
        await threads.run(job)
        computed++
        onJob?.(job)
      },
      {
        connection: redis,
        name: workerName(),
        concurrency: count,
        lockDuration,
        stalledInterval,
        maxStalledCount: mostStalls,
        removeOnComplete: { count: 0 },
      },
    )
    // Its connection reports by itself what goes wrong.
    worker.on('error', () => undefined)
    worker.on('failed', (queued, error) => {
      const job = byId.get(queued?.id ?? '')
      if (job) onJob?.(job, error)
    })
    try {
      for (const left = new Set(byId.keys()); ;) {
        signal?.throwIfAborted()
        const begin = performance.now()
        for (const id of await presentIn(store, left)) left.delete(id)
        if (left.size === 0) return computed
        const pause = Math.max(lookEvery, patience * (performance.now() - begin))
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    } finally {
      await threads.close()
      opened.close()
      await worker.close(true)
      close()
    }
  })
}
