import { join } from 'node:path'
import { FileError } from '../data/file-error.js'
import { formatActivation, parseActivation } from '../network/activation.js'
import { supportedKernelBuilds } from '../linalg/kernels.js'
import { studyFigures } from '../plot/figures.js'
import { renderSvg, standaloneSvg } from '../plot/render.js'
import { renderReport } from '../report/report.js'
import { buildFindings } from '../study/build-findings.js'
import type { Findings, Provenance } from '../study/findings.js'
import { hashNumbers } from '../study/hash.js'
import type { Job } from '../study/job.js'
import { architectures, planStudy, type DataFacts } from '../study/plan.js'
import { readStudy } from '../study/read-study.js'
import type { ResultRow } from '../study/rows.js'
import { runStudy, type StudyProgress } from '../study/run-study.js'
import { depthsOf, studySchema, type StudyConfig } from '../study/schema.js'
import type { StudyData } from '../study/study-data.js'
import { version } from '../version.js'
import { readText, writeAtomic } from './files.js'
import { bytesPerWeight, requireMemory } from './memory.js'
import { directoryStore } from './result-store.js'
import { loadStudyData } from './study-data.js'
import { inStudyFolder } from './study-folder.js'
import { startStudyWorkers } from './study-workers.js'
import { mayStartThreads } from './team.js'

/** What a study's folder says of itself in `plan.json`. */
export interface StudyPlan {
  readonly config: StudyConfig
  readonly provenance: Provenance
  readonly jobs: readonly Job[]
}

const planFile = 'plan.json'
const reportFile = 'report.html'

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
 * @throws FileError when the study file or its data is wrong
 */
export function prepareStudy(file: string): StudyPlan {
  const text = readText(file)
  const config = readStudy(text, file)
  const data = loadStudyData(config)
  const facts = {
    inputs: data.x.cols,
    classes: data.classes,
    fingerprint: [data.x, data.pruneX, ...(data.test ? [data.test.x] : [])]
      .map(({ data: values }) => hashNumbers(values))
      .join('-'),
  }
  try {
    requireStudyMemory(config, facts)
    const jobs = planStudy(config, facts)
    const runs = jobs.filter(({ kind }) => kind === 'run').length
    return { config, jobs, provenance: provenanceOf(text, config, data, runs) }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, error.message)
    throw error
  }
}

function isPlan(value: unknown): value is StudyPlan {
  const { config, provenance, jobs } = (value ?? {}) as { readonly [key: string]: unknown }
  const isObject = (part: unknown) => typeof part === 'object' && part !== null
  const isJob = (job: unknown) => isObject(job) && typeof (job as Job).id === 'string'
  return studySchema.safeParse(config).success && isObject(provenance) && Array.isArray(jobs) && jobs.every(isJob)
}

/**
 * Refuses networks and kernels that can never fit into memory.
 *
 * @throws RangeError naming the key
 */
function requireStudyMemory(config: StudyConfig, facts: DataFacts): void {
  const { samples } = config.data
  requireMemory(8 * facts.classes * samples ** 2, `data.samples: kernels of ${samples} samples`, 'use fewer')
  for (const { sizes } of depthsOf(config).flatMap((depth) => architectures(config, facts, depth))) {
    const weights = sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
    const key = config.network.sizes ? 'network.sizes' : 'network.widths'
    requireMemory(bytesPerWeight * weights, `${key}: ${weights} weights`, 'use smaller layers')
  }
}

/** @throws FileError when the folder holds no study */
export function readPlan(directory: string): StudyPlan {
  const file = join(directory, planFile)
  try {
    const plan: unknown = JSON.parse(readText(file))
    if (isPlan(plan)) return plan
    throw new FileError(file, 'is no plan of a study; run the study again to write it anew')
  } catch (error) {
    if (error instanceof SyntaxError) throw new FileError(file, 'is not JSON; run the study again to write it anew')
    throw error
  }
}

/** Findings from a study's folder. @throws FileError when results are missing or damaged */
export async function studyFindings(directory: string, plan: StudyPlan): Promise<Findings> {
  const { config, provenance, jobs } = plan
  const missing = jobs.length - finishedJobs(directory, plan).length
  if (missing > 0) {
    throw new FileError(
      directory,
      `${missing} of ${jobs.length} results are missing; run the study again to compute them`,
    )
  }
  return buildFindings(config, provenance, jobs, directoryStore(directory))
}

/** Writes `report.html` and `figures/<id>.svg` from what is in the folder and returns the report's path. */
export async function writeReport(directory: string, plan: StudyPlan): Promise<string> {
  return inStudyFolder(directory, () => reportInto(directory, plan))
}

async function reportInto(directory: string, plan: StudyPlan): Promise<string> {
  const path = join(directory, reportFile)
  const findings = await studyFindings(directory, plan)
  const figures = studyFigures(findings)
  for (const figure of figures) {
    writeAtomic(join(directory, 'figures', `${figure.id}.svg`), standaloneSvg(await renderSvg(figure)))
  }
  writeAtomic(path, await renderReport(findings, figures))
  return path
}

export interface ExecuteOptions {
  readonly workers: number
  readonly onProgress?: (progress: StudyProgress) => void
  readonly signal?: AbortSignal
}

/**
 * Runs the jobs that the folder lacks on worker threads, then writes the report; returns the report's path. What killed
 * processes have left half written is removed.
 *
 * @throws Error when the permissions of this process allow no worker threads
 */
export async function executeStudy(directory: string, plan: StudyPlan, options: ExecuteOptions): Promise<string> {
  if (!mayStartThreads()) {
    throw new Error(
      'study: expected to start worker threads, which this process may not; start node with --allow-worker',
    )
  }
  return inStudyFolder(directory, () => executeInto(directory, plan, options))
}

async function executeInto(directory: string, plan: StudyPlan, options: ExecuteOptions): Promise<string> {
  const { workers: count, onProgress, signal } = options
  writeAtomic(join(directory, planFile), `${JSON.stringify(plan, null, 1)}\n`)
  const workers = startStudyWorkers(count, { config: plan.config, directory })
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    await Promise.race([
      aborted,
      runStudy({
        jobs: plan.jobs,
        store: directoryStore(directory),
        runner: workers.runner,
        concurrency: count,
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }),
    ])
  } finally {
    await workers.close()
  }
  return reportInto(directory, plan)
}

export function finishedJobs(directory: string, { jobs }: StudyPlan): Job[] {
  const store = directoryStore(directory)
  return jobs.filter((job) => store.has(job.id))
}

/** The rows of every finished job, in the order of the plan. @throws FileError when none is finished */
export async function finishedRows(directory: string, plan: StudyPlan): Promise<ResultRow[]> {
  const store = directoryStore(directory)
  const jobs = finishedJobs(directory, plan)
  if (jobs.length === 0) throw new FileError(directory, 'holds no results yet; run the study first')
  const rows: ResultRow[] = []
  for (const { id } of jobs) for (const row of (await store.read(id)).rows) rows.push(row)
  return rows
}
