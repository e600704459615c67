import { join } from 'node:path'
import { classesPresent } from '../../data/classes-present.js'
import { FileError } from '../../data/file-error.js'
import { formatActivation, parseActivation } from '../../network/activation.js'
import { supportedKernelBuilds } from '../../linalg/kernels.js'
import type { Provenance } from '../../study/findings.js'
import type { Damage } from '../../study/job.js'
import { planStudy } from '../../study/plan.js'
import { readStudy } from '../../study/read-study.js'
import { runStudy, type StudyProgress } from '../../study/run-study.js'
import { depthsOf, type StudyConfig } from '../../study/schema.js'
import { dataFingerprint, type StudyData } from '../../study/study-data.js'
import { version } from '../../version.js'
import { listFolder, pathKind, readText } from '../files/files.js'
import { planDifferences, planPath, readPlan, writePlan, type StudyPlan } from './plan-file.js'
import { directoryStore } from './result-store.js'
import { loadStudyData } from './data.js'
import { ownMethods } from './own-methods.js'
import { inStudyFolder } from './folder.js'
import { startReport } from './report-thread.js'
import { requireStudyMemory } from './memory.js'
import { startStudyWorkers } from './workers.js'
import { mayStartThreads } from '../team/team.js'

export { chooseWorkers } from './memory.js'
export { readPlan, type StudyPlan } from './plan-file.js'
export { finishedRows, studyFindings, studyResults, writeReport } from './report.js'

function provenanceOf(text: string, config: StudyConfig, data: StudyData, runs: number): Provenance {
  const { network } = config
  return {
    title: config.title,
    study: text,
    limnVersion: version,
    nodeVersion: process.versions.node,
    kernelBuild: supportedKernelBuilds()[0],
    seed: config.seed,
    data: data.name,
    samples: data.x.rows,
    inputs: data.x.cols,
    classes: data.classes,
    classesPresent: classesPresent(data.labels),
    hiddenLayers: depthsOf(config),
    trials: config.trials,
    bins: config.graphon.bins,
    activation: formatActivation(parseActivation(network.activation)),
    convention: config.kernel.convention,
    scope: config.prune.scope,
    runs,
  }
}

/**
 * Reads a study file, checks it against its data, and plans its jobs. Nothing is computed or written.
 *
 * @throws FileError when the study file, its data or the module of a method is wrong
 */
export async function prepareStudy(file: string): Promise<StudyPlan> {
  const text = readText(file)
  const config = readStudy(text, file)
  const data = loadStudyData(config)
  const facts = {
    inputs: data.x.cols,
    classes: data.classes,
    fingerprint: dataFingerprint(data),
    methods: await ownMethods(config),
  }
  try {
    requireStudyMemory({ config, facts })
    const jobs = planStudy(config, facts)
    const runs = jobs.filter(({ kind }) => kind === 'run').length
    return { config, provenance: provenanceOf(text, config, data, runs), facts, jobs }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, error.message)
    throw error
  }
}

export interface ExecuteOptions {
  readonly workers: number
  readonly onProgress?: (progress: StudyProgress) => void
  /** Called once before the first job, with what the folder holds. */
  readonly onFound?: (found: FoundInFolder) => void
  readonly signal?: AbortSignal
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
 */
export async function executeStudy(directory: string, plan: StudyPlan, options: ExecuteOptions): Promise<string> {
  if (!mayStartThreads()) {
    throw new Error(
      'study: expected to start worker threads, which this process may not; start node with --allow-worker',
    )
  }
  return inStudyFolder(directory, () => executeInto(directory, plan, options), { alone: true })
}

/** The plan that an earlier run has left, or why it cannot be read; undefined where there is none. */
function earlierPlan(directory: string): StudyPlan | FileError | undefined {
  if (pathKind(planPath(directory)) === 'missing') return undefined
  try {
    return readPlan(directory)
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

async function executeInto(directory: string, plan: StudyPlan, options: ExecuteOptions): Promise<string> {
  const { workers: count, onProgress, onFound, signal } = options
  const { config, facts, jobs } = plan
  signal?.throwIfAborted()
  const before = earlierPlan(directory)
  const changed = before instanceof FileError ? [] : before && planDifferences(before, plan)
  const unused = unusedResults(directory, plan)
  writePlan(directory, plan)
  const workers = startStudyWorkers(count, { config, directory, facts })
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    await Promise.race([
      aborted,
      runStudy({
        jobs,
        store: directoryStore(directory),
        runner: workers.runner,
        concurrency: count,
        onFound: ({ length: whole }, damaged) =>
          onFound?.({
            whole,
            damaged,
            unused,
            ...(changed && (before instanceof FileError || changed.length > 0) && { changed }),
          }),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }),
    ])
  } finally {
    await workers.close()
  }
  const report = startReport(directory, plan)
  try {
    return await Promise.race([aborted, report.path])
  } finally {
    await report.close()
  }
}
