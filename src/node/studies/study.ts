import { join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import type { Damage, ResultStore } from '../../study/job.js'
import { executeStudy, type FailedJob, type JobRunner, type StudyProgress } from '../../study/execute-study.js'
import type { StudyPlan } from '../../study/plan.js'
import { planFromText } from '../../study/prepare.js'
import { listFolder, pathKind, readText } from '../files/files.js'
import { planDifferences, planPath, readPlan, writePlan } from './plan-file.js'
import type { BucketAddress } from './bucket/address.js'
import { inBucket } from './bucket/bucket.js'
import { openStudyStore } from './bucket/open.js'
import { bucketPlan, sendPlan } from './bucket/plan.js'
import { loadStudySamples } from './data.js'
import { ownModules } from './own-modules.js'
import { inStudyFolder } from './folder.js'
import { startReport } from './report-thread.js'
import { requireStudyMemory } from './memory.js'
import { forgetRefused, keepFailures } from './failures.js'
import { rememberSpeeds } from './speeds.js'
import { timedRunner } from '../../study/timed-runner.js'
import { startStudyWorkers } from './workers.js'
import { mayStartThreads } from '../team/team.js'

export { chooseWorkers } from './memory.js'
export { readPlan } from './plan-file.js'
export { executeShareIn, type ShareExecution, type ShareOutcome } from './share.js'
export { finishedRows, studyFindings, studyResults, writeReport } from './report.js'

/**
 * Reads a study file, checks it against its data, and plans its jobs. Nothing is computed or written.
 *
 * @param options where its results go, a folder or a bucket: `kernels: auto` stands for the build that those there were computed with
 * @throws FileError when the study file, its data or a module is wrong
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { prepareStudy, writeAtomic } from 'limn/node'
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
 * const { jobs, facts } = await prepareStudy('study.yaml')
 * console.log(facts.inputs, jobs.length) // 4 11
 */
export async function prepareStudy(
  file: string,
  { directory, bucket }: { readonly directory?: string; readonly bucket?: BucketAddress | undefined } = {},
): Promise<StudyPlan> {
  const before = bucket ? await earlierPlanIn(bucket) : directory === undefined ? undefined : earlierPlan(directory)
  return planFromText(readText(file), file, {
    ...(before && !(before instanceof FileError) && { kernels: before.facts.kernels }),
    load: loadStudySamples,
    modules: ownModules,
    check: requireStudyMemory,
    runtime: `Node ${process.versions.node}`,
  })
}

export interface FolderExecution {
  /** The bucket that keeps plan and results; the folder then has copies of what this process needs. Default: the folder. */
  readonly bucket?: BucketAddress | undefined
  /** Worker threads of this process. */
  readonly workers: number
  /** Makes what computes in their place: workers of other processes behind a queue, say. Default: the threads. */
  readonly runner?: (plan: StudyPlan, store: ResultStore) => RunnerToClose
  readonly onProgress?: (progress: StudyProgress) => void
  /** What a job that cannot be computed does to the others. Default `stop`. */
  readonly onError?: 'stop' | 'continue'
  /** `failed`: results that hold a reason in place of numbers are computed anew. Default: they are results like others. */
  readonly retry?: 'failed'
  /** Called with the jobs that could not be computed, where `onError` is `continue` and there are some. */
  readonly onFailed?: (failed: readonly FailedJob[]) => void
  /** Called once before the first job, with what the folder holds. */
  readonly onFound?: (found: FoundInFolder) => void
  readonly signal?: AbortSignal
}

/** A runner with what it holds on to: threads, a connection. */
export interface RunnerToClose extends JobRunner {
  /** @param done whether all jobs are computed */
  close(done: boolean): Promise<void>
}

/** What a study's folder holds before its missing jobs run. */
export interface FoundInFolder {
  /** Results of this study that are computed already. */
  readonly whole: number
  /** Results that are there, cannot be believed and are computed anew. */
  readonly damaged: readonly Damage[]
  /** How the study differs from the one that was in the folder; undefined where that is the same, or there was none. */
  readonly changed?: readonly string[]
  /** Results in the folder that belong to no job of this study. */
  readonly unused: number
}

/**
 * Runs the jobs that the folder lacks on worker threads, then writes the report; returns the report's path. What killed
 * processes have left half written is removed. One process at a time runs a study in a folder.
 *
 * @throws FileError when another process runs a study there, or the data are no longer those of the plan
 * @throws Error when the permissions of this process allow no worker threads
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, writeAtomic } from 'limn/node'
 * import { basename } from 'node:path'
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
 * console.log(basename(await executeStudyIn('out', plan, { workers: 1 }))) // report.html
 */
export async function executeStudyIn(directory: string, plan: StudyPlan, options: FolderExecution): Promise<string> {
  if (!mayStartThreads()) {
    throw new Error(
      'study: expected to start worker threads, which this process may not; start node with --allow-worker',
    )
  }
  return inStudyFolder(directory, () => executeInto(directory, plan, options), { alone: true })
}

/** The plan that an earlier run has left, or why it cannot be read; undefined where there is none. */
export function earlierPlan(directory: string): StudyPlan | FileError | undefined {
  if (pathKind(planPath(directory)) === 'missing') return undefined
  try {
    return readPlan(directory)
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
}

/** The plan of a bucket, or why it cannot be read; undefined where there is none. */
async function earlierPlanIn(address: BucketAddress): Promise<StudyPlan | FileError | undefined> {
  try {
    return await inBucket(address, bucketPlan)
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
}

/** How many results in the folder belong to no job of a plan. */
function unusedResults(directory: string, { jobs }: StudyPlan): number {
  const folder = join(directory, 'runs')
  const own = new Set(jobs.map(({ id }) => `${id}.parquet`))
  const names = pathKind(folder) === 'folder' ? listFolder(folder) : []
  return names.filter((name) => name.endsWith('.parquet') && !own.has(name)).length
}

async function executeInto(directory: string, plan: StudyPlan, options: FolderExecution): Promise<string> {
  const { bucket, workers: count, runner: makeRunner, onProgress, onFound, onError, onFailed, retry, signal } = options
  const { config, facts, jobs } = plan
  signal?.throwIfAborted()
  const before = earlierPlan(directory)
  const changed = before instanceof FileError ? [] : before && planDifferences(before, plan)
  const unused = unusedResults(directory, plan)
  writePlan(directory, plan)
  const opened = await openStudyStore(directory, bucket)
  const { store, remote } = opened
  if (remote) await sendPlan(directory, remote.bucket)
  await remote?.store.sync(
    jobs.map(({ id }) => id),
    signal,
  )
  if (retry === 'failed') await forgetRefused(plan, store)
  const workers: RunnerToClose =
    makeRunner?.(plan, store) ?? startStudyWorkers(count, { directory, plan: { config, facts, jobs }, bucket })
  let done = false
  const { runner, speeds } = timedRunner(workers)
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    const failed = await Promise.race([
      aborted,
      executeStudy({
        jobs,
        store,
        runner,
        onFound: ({ length: whole }, damaged) =>
          onFound?.({
            whole,
            damaged,
            unused,
            ...(changed && (before instanceof FileError || changed.length > 0) && { changed }),
          }),
        ...(onError && { onError }),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }),
    ])
    keepFailures(directory, failed)
    if (failed.length > 0) {
      onFailed?.(failed)
      throw new Error(
        `study: ${failed.length} of ${jobs.length} jobs could not be computed; their results are missing, the same command tries them anew`,
      )
    }
    done = true
  } finally {
    await workers.close(done)
    // What workers of other machines take says nothing of this one.
    if (!makeRunner) rememberSpeeds(facts.kernels, speeds())
    opened.close()
  }
  const report = startReport(directory, plan)
  try {
    return await Promise.race([aborted, report.path])
  } finally {
    await report.close()
  }
}
