import { executeClosedForm } from './execute-closed-form.js'
import { executeConvergence } from './execute-convergence.js'
import { executeDense, executeKernel } from './execute-kernel.js'
import { executeMotifs } from './execute-motifs.js'
import { executeRun } from './execute-run.js'
import { failedResult, orRefusal } from './failure.js'
import type { Job, JobResult, ResultStore } from './job.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

type Execute = (config: StudyConfig, data: StudyData, job: Job, inputs: readonly JobResult[]) => JobResult

const executors = {
  dense: executeDense,
  run: executeRun,
  kernel: executeKernel,
  convergence: executeConvergence,
  motifs: executeMotifs,
  'closed-form': executeClosedForm,
} satisfies Record<Job['kind'], Execute>

/**
 * Computes one job from its description and the results it needs, and stores it with its identity on every row. Numbers
 * that refuse to be computed (a score beyond the range of f64, say) cost this job alone: its `run` row says why.
 *
 * @param seconds elapsed time of the job, kept in its `run` row
 */
export async function executeJob(
  config: StudyConfig,
  data: StudyData,
  job: Job,
  store: ResultStore,
  seconds: () => number,
): Promise<void> {
  const inputs = await Promise.all(job.needs.map((id) => store.read(id)))
  const execute: Execute = executors[job.kind]
  const { rows, arrays } = orRefusal(() => execute(config, data, job, inputs), failedResult)
  const identity = {
    job: job.id,
    kind: job.kind,
    method: job.method,
    density: job.density,
    scope: job.scope,
    hidden_layers: job.sizes.length - 2,
    width: job.width,
    trial: job.trial,
  }
  const timed = rows.some((row) => row.record === 'run') ? rows : [{ record: 'run' }, ...rows]
  await store.write(job.id, {
    arrays,
    rows: timed.map((row) => ({ ...identity, ...row, ...(row.record === 'run' && { seconds: seconds() }) })),
  })
}
