import type { LiveCurve } from '../../../plot/live.js'
import type { Job, ResultRow } from '../../../study/job.js'
import type { StudyPlan } from '../../../study/plan.js'

/** Whether a job trains a network. */
export const isTraining =
  ({ config: { training } }: Pick<StudyPlan, 'config'>) =>
  ({ kind, trial }: Job): boolean =>
    kind === 'run' && training.steps > 0 && (trial ?? 0) < training.trials

/** The measured loss among a result's rows; undefined where the network was not trained. */
export function curveOf({ method, width, density }: Job, rows: readonly ResultRow[]): LiveCurve | undefined {
  const steps = rows.filter(({ record }) => record === 'step')
  const loss = steps
    .toSorted((a, b) => Number(a['step']) - Number(b['step']))
    .flatMap(({ loss: value }) => (typeof value === 'number' ? [value] : []))
  return loss.length > 0 ? { method, width, density, loss } : undefined
}
