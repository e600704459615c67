import { join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { contextOfSpec } from '../../network/context.js'
import { kernelComment } from '../../ntk/kernel-meta.js'
import { unpackPanel } from '../../ntk/packed-panel.js'
import { panelArray, rangeOf } from '../../study/jobs/kernel-panel.js'
import { jobOf } from '../../study/jobs/table.js'
import type { Job } from '../../study/job.js'
import { openResult } from '../../study/open-result.js'
import type { StudyPlan } from '../../study/plan.js'
import { studySpec } from '../../study/networks.js'
import { plannedData } from '../../study/prepare.js'
import { manySamples } from '../../study/study-data.js'
import { version } from '../../version.js'
import { fingerprint } from '../files/fingerprint.js'
import { kernelWriter } from '../kernels/writer.js'
import { UsageError } from '../files/usage-error.js'
import { dataOrigin } from '../samples/data-origin.js'
import type { ExportedFile } from './database.js'
import { loadStudySamples } from './data.js'
import { requireWhole } from './report.js'
import { directoryStore } from './result-store.js'

/** `kernel-snip-d0.1-h3-w256.npy` */
const fileName = ({ method, density, scope, sizes, width }: Job): string =>
  ['kernel', method, `d${density}`, ...(scope === 'layer' ? ['layer'] : []), `h${sizes.length - 2}`, `w${width}`].join(
    '-',
  )

/**
 * Puts the panels of every kernel on many samples together, `kernel-<what it is of>.npy` each, of which one panel is held at a
 * time. A kernel that lacks panels is left out.
 *
 * @returns the files, with their numbers of rows
 * @throws FileError when there are no results, or one is damaged
 * @throws UsageError when the study has no section `spectrum`, or no kernel is complete
 */
export async function exportKernels(directory: string, plan: StudyPlan, folder: string): Promise<ExportedFile[]> {
  const { config, facts, jobs } = plan
  const { spectrum, data } = config
  const request = manySamples(config)
  if (!spectrum || !request) {
    throw new UsageError(
      'study export: expected a study with a section spectrum, whose kernels are computed in panels; got none',
    )
  }
  const there = new Set((await requireWhole(directory, plan)).map(({ id }) => id))
  const store = directoryStore(directory)
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const whole = jobs.filter(
    ({ kind, needs }) => kind === 'top-spectrum' && needs['panels'].every((id) => there.has(id)),
  )
  if (whole.length === 0) {
    throw new UsageError(`study export: expected all panels of a kernel in ${directory}, got none; run the study first`)
  }
  const { manyX: x } = await plannedData(plan, loadStudySamples)
  if (!x) throw new Error('expected the samples of the kernels among the data of the study, got none')
  const meta = {
    kind: 'graphon',
    outputs: facts.classes,
    classes: 'mean',
    data: dataOrigin({ data: data.source, standardize: data.standardize, seed: request.seed }, { x }),
    convention: config.kernel.convention,
    rescale: config.kernel.rescale,
    weights: spectrum.kernel === 'energy' ? 'kept' : 'redrawn',
    limn: version,
  } as const
  const files: ExportedFile[] = []
  for (const job of whole) {
    const path = join(folder, `${fileName(job)}.npy`)
    const n = spectrum.samples
    const comment = kernelComment({
      ...meta,
      // What a module computes has no name that another command could read.
      ...(!facts.activation && { network: contextOfSpec(studySpec(config, job.sizes, {})) }),
      masks: { method: job.method, density: job.density, scope: job.scope, limn: version },
    })
    const of = { study: job.id, data: fingerprint(x) }
    const writer = kernelWriter(path, { classes: 1, n, source: path, of, comment })
    try {
      for (const id of job.needs['panels']) {
        const range = rangeOf(config, jobOf(byId, id))
        if (range.last <= writer.firstRow) continue
        const opened = await openResult(store, id)
        try {
          const array = opened.arrays.get(panelArray)
          if (!array) throw new FileError(directory, `${id}: expected an array ${panelArray}; run the study again`)
          const packed = new Float64Array(array.shape[0])
          array.read(packed, 0)
          const right = [unpackPanel(n, range, packed)]
          writer.put({ n, classes: 1, ...range, entries: { ntk: { right, below: [] } } })
        } finally {
          opened.close()
        }
      }
      writer.finish()
    } finally {
      writer.keep()
    }
    files.push({ path, rows: n })
  }
  return files
}
