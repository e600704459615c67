import type { LiveCurve } from '../../../plot/live.js'
import { settingOf, type Job, type ResultRow } from '../../../study/job.js'
import type { StudyPlan } from '../../../study/plan.js'

/** Trials of each cell whose curves are drawn: a study may have thousands. */
const mostTrials = 3

/** Whether a job trains a network whose loss is drawn. */
export const isTraining =
  ({ config: { training } }: Pick<StudyPlan, 'config'>) =>
  ({ kind, trial }: Job): boolean =>
    kind === 'run' && training.steps > 0 && (trial ?? 0) < Math.min(training.trials, mostTrials)

/** The measured loss among a result's rows; undefined where the network was not trained. */
export function curveOf(job: Job, rows: readonly ResultRow[]): LiveCurve | undefined {
  const steps = rows.filter(({ record }) => record === 'step')
  const loss = steps
    .toSorted((a, b) => Number(a['step']) - Number(b['step']))
    .flatMap(({ loss: value }) => (typeof value === 'number' ? [value] : []))
  return loss.length > 0 ? { method: job.method, width: job.width, ...settingOf(job), loss } : undefined
}
