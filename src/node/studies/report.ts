import { join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { studyFigures } from '../../plot/figures.js'
import { renderSvg, standaloneSvg } from '../../plot/render.js'
import { renderReport } from '../../report/report.js'
import { buildFindings } from '../../study/build-findings.js'
import type { Findings } from '../../study/findings.js'
import { surveyResults, type Survey } from '../../study/execute-study.js'
import type { ResultRow } from '../../study/job.js'
import type { StudyPlan } from '../../study/plan.js'
import { writeAtomic } from '../files/files.js'
import { damageError, directoryStore } from './result-store.js'
import { inStudyFolder } from './folder.js'

const reportFile = 'report.html'

/**
 * The results of a study that are in its folder, and those that cannot be believed. Nothing is decoded.
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, studyResults, writeAtomic } from 'limn/node'
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
 * await executeStudyIn('out', plan, { workers: 1 })
 * const { whole, damaged } = await studyResults('out', plan)
 * console.log(whole.length === plan.jobs.length, damaged.length) // true 0
 */
export function studyResults(directory: string, { jobs }: StudyPlan, signal?: AbortSignal): Promise<Survey> {
  return surveyResults(jobs, directoryStore(directory), signal)
}

/**
 * Findings from a study's folder. @throws FileError when results are missing or damaged
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, studyFindings, writeAtomic } from 'limn/node'
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
 * await executeStudyIn('out', plan, { workers: 1 })
 * console.log((await studyFindings('out', plan)).training.map(({ width }) => width)) // [ 3, 5 ]
 */
export async function studyFindings(directory: string, plan: StudyPlan): Promise<Findings> {
  const { config, provenance, facts, jobs } = plan
  const { whole, damaged } = await studyResults(directory, plan)
  if (damaged.length > 0) throw damagedError(damaged)
  const missing = jobs.length - whole.length
  if (missing > 0) {
    throw new FileError(
      directory,
      `${missing} of ${jobs.length} results are missing; run the study again to compute them`,
    )
  }
  return buildFindings({ config, provenance, jobs, store: directoryStore(directory), own: facts })
}

/** Jobs with results that can be believed. @throws FileError when there are none, or one is damaged */
export async function requireWhole(directory: string, plan: StudyPlan): Promise<Survey['whole']> {
  const { whole, damaged } = await studyResults(directory, plan)
  if (damaged.length > 0) throw damagedError(damaged)
  if (whole.length === 0) throw new FileError(directory, 'holds no results yet; run the study first')
  return whole
}

/** Names the first damaged file, and how many more there are. */
function damagedError([first, ...more]: Survey['damaged']): FileError {
  const { file, problem } = first
  return damageError(more.length === 0 ? first : { file, problem: `${problem} (and ${more.length} more like it)` })
}

/**
 * Writes `report.html` and `figures/<id>.svg` from what is in the folder and returns the report's path.
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, writeAtomic, writeReport } from 'limn/node'
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
 * await executeStudyIn('out', plan, { workers: 1 })
 * console.log(basename(await writeReport('out', plan))) // report.html
 */
export async function writeReport(directory: string, plan: StudyPlan): Promise<string> {
  return inStudyFolder(directory, () => reportInto(directory, plan))
}

/** {@link writeReport} for a process that works in the folder already. */
export async function reportInto(directory: string, plan: StudyPlan): Promise<string> {
  const path = join(directory, reportFile)
  const findings = await studyFindings(directory, plan)
  const figures = studyFigures(findings)
  for (const figure of figures) {
    writeAtomic(join(directory, 'figures', `${figure.id}.svg`), standaloneSvg(await renderSvg(figure)))
  }
  writeAtomic(path, await renderReport(findings, figures))
  return path
}

/**
 * The rows of every finished job, in the order of the plan. @throws FileError when none is finished, or one is damaged
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, finishedRows, prepareStudy, writeAtomic } from 'limn/node'
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
 * await executeStudyIn('out', plan, { workers: 1 })
 * const rows = await finishedRows('out', plan)
 * console.log(rows.filter(({ record }) => record === 'job').length === plan.jobs.length) // true
 */
export async function finishedRows(directory: string, plan: StudyPlan): Promise<ResultRow[]> {
  const store = directoryStore(directory)
  const whole = await requireWhole(directory, plan)
  const rows: ResultRow[] = []
  for (const { id } of whole) for (const row of (await store.read(id)).rows) rows.push(row)
  return rows
}
