import { oneHot } from '../data/one-hot.js'
import type { Tensor } from '../data/tensor.js'
import { chainToTensors } from '../graphon/chain/chain-file.js'
import { weightEnergies } from '../graphon/chain/energies.js'
import { chainOf } from '../graphon/estimate/estimate.js'
import { injectiveMotifDensities, motifs } from '../graphon/motifs/motifs.js'
import { density, type Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { train } from '../network/train.js'
import { kernelDistance } from '../ntk/agreement.js'
import { empiricalNtk } from '../ntk/empirical-ntk.js'
import type { Kernel } from '../ntk/kernel.js'
import type { Job, JobResult } from './job.js'
import { orDivergence } from './divergence.js'
import { orRefusal } from './failure.js'
import type { Untrained } from './findings.js'
import { linearize } from './linearized.js'
import { deriveSeed, prunedNetwork } from './networks.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

/** Motifs that one pass over the degrees gives. */
const followedMotifs = ['row-cherry', 'column-cherry', 'path3'] as const

export function kernelTensor({ classes, n, data }: Kernel): Tensor {
  return { shape: [classes, n, n], data }
}

interface TrainedRun {
  readonly summary: ResultRow
  readonly steps: readonly ResultRow[]
  /** None for a dead network, whose kernel is zero. */
  readonly empirical?: Kernel
}

/** The `run` row of a network that was not trained: without a step size, and with the reason. */
function untrained(why: Untrained, reason: string, lambdaMax: number | null): ResultRow {
  return { ntk_lambda_max: lambdaMax, aspect: why, reason }
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
function trainRun(config: StudyConfig, data: StudyData, network: Network, job: Job): TrainedRun {
  const { steps, learningRate, relativeRate } = config.training
  const targets = oneHot(data.labels, data.classes, { centered: true })
  const seed = deriveSeed(config.seed, 'power', job.width, job.trial ?? 0)
  const { lambdaMax, empirical, loss: linearLoss } = linearize(network, data.x, targets, steps, seed)
  if (learningRate === 'auto' && !(lambdaMax > 0)) {
    return { summary: untrained('dead', whyZero(data), lambdaMax), steps: [] }
  }
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
  if ('diverged' in measured)
    return { summary: untrained('diverged', measured.diverged, lambdaMax), steps: [], empirical }
  const linear = orDivergence(() => linearLoss(eta))
  const after = empiricalNtk(measured.network, data.x)
  const rows: ResultRow[] = []
  measured.loss.forEach((loss, step) => rows.push({ record: 'step', step, loss }))
  if ('diverged' in linear) rows.push({ record: 'step', rung: 'finite-width', reason: linear.diverged })
  else linear.forEach((loss, step) => rows.push({ record: 'step', rung: 'finite-width', step, loss }))
  return {
    steps: rows,
    empirical,
    summary: {
      learning_rate: eta,
      ntk_lambda_max: lambdaMax,
      train_accuracy: measured.accuracy?.at(-1) ?? null,
      test_accuracy: measured.testAccuracy ?? null,
      laziness: kernelDistance(after, empirical),
    },
  }
}

function trainedOrNot(config: StudyConfig, data: StudyData, network: Network, job: Job): TrainedRun {
  return orRefusal(
    () => trainRun(config, data, network, job),
    (reason) => ({ summary: untrained('impossible', reason, null), steps: [] }),
  )
}

/**
 * Injective motif densities over those of a constant graphon of equal density, p^e: 1 without structure at every width.
 * None for a mask that is empty or too small to hold the motif.
 */
function motifRows(mask: Mask, matrix: number): ResultRow[] {
  if (mask.kept === 0 || mask.rows < 2 || mask.cols < 2) return []
  const p = density(mask)
  return Array.from(injectiveMotifDensities(mask, followedMotifs), ([name, value]): ResultRow => ({
    record: 'motif',
    matrix,
    aspect: name,
    value: value / p ** motifs[name].edges,
  }))
}

/** One pruned network: masks' statistics, estimated chain, and when asked its training. */
export function executeRun(config: StudyConfig, data: StudyData, job: Job): JobResult {
  const { network, pruning } = prunedNetwork(config, data, job)
  const energies = config.network.weights === 'kept' ? weightEnergies(network) : undefined
  const chain = chainOf(pruning.masks, {
    bins: config.graphon.bins,
    estimator: config.graphon.estimator,
    ...(energies && { energies }),
  })
  const arrays = new Map<string, Tensor>(chainToTensors(chain))
  const trained = job.train ? trainedOrNot(config, data, network, job) : undefined
  if (trained?.empirical) arrays.set('empirical', kernelTensor(trained.empirical))
  const layers = pruning.layers.map(({ shape, kept, density: matrixDensity, deadUnits }, matrix): ResultRow => ({
    record: 'layer',
    matrix: matrix + 1,
    rows: shape[0],
    cols: shape[1],
    kept,
    matrix_density: matrixDensity,
    dead_units: deadUnits,
  }))
  const motifRow = pruning.masks.flatMap((mask, matrix) => motifRows(mask, matrix + 1))
  return { arrays, rows: [{ record: 'run', ...trained?.summary }, ...layers, ...motifRow, ...(trained?.steps ?? [])] }
}
