import { z } from 'zod'
import { oneHot } from '../../data/one-hot.js'
import type { Network } from '../../network/network.js'
import { train } from '../../network/train.js'
import { kernelDistance } from '../../ntk/agreement.js'
import { empiricalNtk } from '../../ntk/empirical-ntk.js'
import type { Kernel } from '../../ntk/kernel.js'
import { orDivergence } from '../divergence.js'
import type { Job } from '../job.js'
import { linearize } from '../linearized.js'
import { deriveSeed } from '../seeds.js'
import { orRefusal } from '../refusal.js'
import type { StudyConfig } from '../schema.js'
import type { StudyData } from '../study-data.js'
import { rungs, untrainedReasons, type Rung, type Untrained } from '../vocabulary.js'
import { record, type RecordsOf } from './record.js'

const rungColumn = z.enum(rungs).describe('whose prediction, at the step size of the measured run')
const trialColumn = z.int().nonnegative().describe('the network whose step size it has')

/** What is stored of predicted loss curves. */
export const predictionRecords = {
  prediction: record(
    'trained network, rung and step',
    z.strictObject({
      trial: trialColumn,
      rung: rungColumn,
      step: z.int().nonnegative(),
      loss: z.number().describe('predicted, before this step'),
    }),
  ),
  'no-prediction': record(
    'prediction that leaves the range of numbers',
    z.strictObject({ trial: trialColumn, rung: rungColumn, reason: z.string().describe('where it ended') }),
  ),
}

/** What is stored of a network's training. */
export const trainingRecords = {
  training: record(
    'network that was to be trained',
    z.strictObject({
      learning_rate: z.number().nullable().describe('step size; none for a network that was not trained'),
      ntk_lambda_max: z.number().nullable().describe('largest eigenvalue of the whole empirical NTK'),
      train_accuracy: z.number().nullable().describe('after the last step; none with one class'),
      test_accuracy: z.number().nullable().describe('none without a test set'),
      laziness: z.number().nullable().describe('relative change of the empirical NTK, Frobenius'),
      untrained: z.enum(untrainedReasons).nullable().describe('why the network was not trained; none where it was'),
      reason: z.string().nullable().describe('the same in words'),
    }),
  ),
  step: record(
    'trained network and step',
    z.strictObject({
      step: z.int().nonnegative(),
      loss: z.number().describe('measured on the training samples, before this step'),
    }),
  ),
  ...predictionRecords,
}

export type TrainingRows = RecordsOf<typeof trainingRecords>
type PredictionRows = RecordsOf<typeof predictionRecords>

/** A predicted loss curve as rows, or the row that says why there is none. */
export function predictionRows(
  trial: number,
  rung: Rung,
  predicted: ArrayLike<number> | { readonly diverged: string },
): PredictionRows {
  if ('diverged' in predicted) return { prediction: [], 'no-prediction': [{ trial, rung, reason: predicted.diverged }] }
  return {
    prediction: Array.from(predicted, (loss, step) => ({ trial, rung, step, loss })),
    'no-prediction': [],
  }
}

export interface TrainedRun {
  readonly records: TrainingRows
  /** None for a dead network, whose kernel is zero. */
  readonly empirical?: Kernel
}

/** Rows of a network whose training was not asked for. */
export const notAsked: TrainingRows = { training: [], step: [], prediction: [], 'no-prediction': [] }

function untrainedRun(why: Untrained, reason: string, lambdaMax: number | null, empirical?: Kernel): TrainedRun {
  const row = {
    learning_rate: null,
    ntk_lambda_max: lambdaMax,
    train_accuracy: null,
    test_accuracy: null,
    laziness: null,
    untrained: why,
    reason,
  }
  return { records: { ...notAsked, training: [row] }, ...(empirical && { empirical }) }
}

/** Why a tangent kernel is zero. */
function whyZero({ x }: StudyData): string {
  const largest = x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (largest === 0) return 'all inputs are zero, so that the tangent kernel is zero'
  if (Math.fround(largest) === 0) return `all inputs vanish in f32, the largest is ${largest}; scale the data`
  return 'no active path leads from the inputs to the outputs, so that the tangent kernel is zero'
}

/**
 * Trains the network for real, and beside it its own linearisation, at one step size. One that cannot be trained is a
 * result too: most of all at low densities, where networks die.
 */
function trainRun(config: StudyConfig, data: StudyData, network: Network, { width, trial }: Job): TrainedRun {
  const { steps, learningRate, relativeRate } = config.training
  const targets = oneHot(data.labels, data.classes, { centered: true })
  const seed = deriveSeed(config.seed, 'power', width, trial ?? 0)
  const { lambdaMax, empirical, loss: linearLoss } = linearize(network, data.x, targets, steps, seed)
  if (learningRate === 'auto' && !(lambdaMax > 0)) return untrainedRun('dead', whyZero(data), lambdaMax)
  const eta = learningRate === 'auto' ? (relativeRate * data.x.rows) / lambdaMax : learningRate
  const measured = orDivergence(() =>
    train(
      network,
      { x: data.x, targets, labels: data.labels },
      {
        loss: 'mse',
        optimizer: { name: 'sgd', learningRate: eta },
        steps,
        centered: true,
        ...(data.test && { test: data.test }),
      },
    ),
  )
  if ('diverged' in measured) return untrainedRun('diverged', measured.diverged, lambdaMax, empirical)
  const linear = orDivergence(() => linearLoss(eta))
  const after = empiricalNtk(measured.network, data.x)
  return {
    empirical,
    records: {
      training: [
        {
          learning_rate: eta,
          ntk_lambda_max: lambdaMax,
          train_accuracy: measured.accuracy?.at(-1) ?? null,
          test_accuracy: measured.testAccuracy ?? null,
          laziness: kernelDistance(after, empirical),
          untrained: null,
          reason: null,
        },
      ],
      step: Array.from(measured.loss, (loss, step) => ({ step, loss })),
      ...predictionRows(trial ?? 0, 'finite-width', linear),
    },
  }
}

/** Trains a study's network, or says why that is impossible. */
export function trainedOrNot(config: StudyConfig, data: StudyData, network: Network, job: Job): TrainedRun {
  return orRefusal(
    () => trainRun(config, data, network, job),
    (reason) => untrainedRun('impossible', reason, null),
  )
}

/**
 * A loss curve out of its rows, which are in order of the steps.
 *
 * @throws RangeError naming the job when a step is missing
 */
export function curve(rows: readonly { readonly step: number; readonly loss: number }[], { id }: Job): number[] {
  return rows.map(({ step, loss }, place) => {
    if (step !== place) throw new RangeError(`${id}: expected the loss of step ${place}, got that of step ${step}`)
    return loss
  })
}
