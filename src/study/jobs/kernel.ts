import { z } from 'zod'
import { oneHot } from '../../data/one-hot.js'
import { agreement } from '../../dynamics/agreement.js'
import { lossFromModes, modes } from '../../dynamics/predict.js'
import { averageChains } from '../../graphon/chain/average.js'
import { chainFromTensors, chainToTensors } from '../../graphon/chain/chain-file.js'
import type { GraphonChain } from '../../graphon/chain/chain.js'
import { pathDensity } from '../../graphon/chain/path-density.js'
import { limitKernelsOfChains } from '../../ntk/graphon-ntk.js'
import type { Kernel } from '../../ntk/kernel.js'
import { orDivergence } from '../divergence.js'
import { settingOf, type JobKey } from '../job.js'
import { meanAndSd } from '../../linalg/statistics.js'
import { kernelOf } from '../own-modules.js'
import { orRefusal } from '../refusal.js'
import { rungs, type Rung, type Setting } from '../vocabulary.js'
import { dense, kernelOptions, spectrumFindings, spectrumRecords, spectrumRows, tensorKernel } from './dense.js'
import { theArray, theRow, usable, type Finished } from './finished.js'
import { jobKind, type ReadInputs, type Work } from './kind.js'
import { byKey, cellName, cells } from './ladders.js'
import { structureFindings } from './mask-structure.js'
import { record, type RecordsOf } from './record.js'
import { isSolved, measuredLoss, run, type FinishedRun } from './run.js'
import { curve, predictionRecords, predictionRows } from './training.js'

const kernelRecords = {
  limit: record(
    'method, density and width',
    z.strictObject({ path_density: z.number().describe('∫ Π_l W^l du of the mean chain, per class averaged') }),
  ),
  ...spectrumRecords,
  ...predictionRecords,
}

type KernelRows = RecordsOf<typeof kernelRecords>
const needs = { runs: run, unpruned: dense }
type KernelWork = Work<typeof needs>

/** One matrix of one method at one width, averaged over trials. */
export interface PruningFinding extends Setting {
  readonly method: string
  readonly width: number
  /** Per weight matrix l = 1 … L + 1. */
  readonly layerDensity: readonly number[]
  /** Standard deviation over trials of `layerDensity`; 0 for one trial. */
  readonly layerDensitySd: readonly number[]
  /** Fraction of hidden units with no input or no output, per hidden layer l = 1 … L. */
  readonly deadFraction: readonly number[]
}

/** The estimated chain of one method at one width: mean over trials. */
export interface GraphonFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly chain: GraphonChain
  /** ∫ Π_l W^l du, one entry per class averaged. */
  readonly pathDensity: number
}

export interface Prediction {
  readonly rung: Rung
  /** `steps + 1` entries. */
  readonly loss: readonly number[]
  /** Root mean square over steps of the difference to the measured loss, divided by the measured loss at step 0. */
  readonly relativeError: number
  /** Area between the two loss curves over step / steps, divided by the measured loss at step 0. */
  readonly area: number
}

/** One pruned network trained by full-batch gradient descent, with every rung's prediction at the same step size. */
export interface TrainingFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly trial: number
  readonly learningRate: number
  /** `steps + 1` entries: loss 1/(2N) Σ ‖f − y‖² before each step and after the last. */
  readonly loss: readonly number[]
  /** null with one class */
  readonly trainAccuracy: number | null
  readonly testAccuracy: number | null
  /** ‖Θ_after − Θ_before‖_F / ‖Θ_before‖_F of the empirical NTK; null when not measured. */
  readonly laziness: number | null
  readonly predictions: readonly Prediction[]
}

/** Averages the trials of one method, density and width. */
function pruningFinding(key: JobKey, runs: readonly FinishedRun[]): PruningFinding {
  const { method, width, sizes } = key
  const over = (matrix: number, column: 'matrix_density' | 'dead_units') =>
    meanAndSd(runs.map((one) => theRow(one, 'layer', { matrix })[column]))
  const densities = sizes.slice(1).map((_, l) => over(l + 1, 'matrix_density'))
  return {
    method,
    ...settingOf(key),
    width,
    layerDensity: densities.map(({ mean }) => mean),
    layerDensitySd: densities.map(({ sd }) => sd),
    deadFraction: sizes
      .slice(1, -1)
      .map((units, l) => meanAndSd(runs.map((one) => theRow(one, 'layer', { matrix: l + 1 }).dead_units / units)).mean),
  }
}

function trainingFindings(one: FinishedRun, kernel: Finished<typeof kernelRecords>): TrainingFinding[] {
  const { method, width, trial } = one.job
  const measured = measuredLoss(one)
  if (isSolved(measured)) return []
  const predicted = [...kernel.records.prediction, ...one.records.prediction]
  return one.records.training.flatMap((row) => {
    if (row.learning_rate === null) return []
    const predictions = rungs.flatMap((rung): Prediction[] => {
      const loss = curve(
        predicted.filter((p) => p.rung === rung && p.trial === trial),
        one.job,
      )
      return loss.length === measured.length ? [{ rung, loss, ...agreement(loss, measured) }] : []
    })
    return [
      {
        method,
        ...settingOf(one.job),
        width,
        trial: trial ?? 0,
        learningRate: row.learning_rate,
        loss: measured,
        trainAccuracy: row.train_accuracy,
        testAccuracy: row.test_accuracy,
        laziness: row.laziness,
        predictions,
      },
    ]
  })
}

const scaled = ({ classes, n, data }: Kernel, factor: number): Kernel => ({
  classes,
  n,
  data: data.map((value) => factor * value),
})

/** Rows of several kernels or curves, one list per record. */
function joined<Rows extends Readonly<Record<string, readonly unknown[]>>>(
  names: (keyof Rows)[],
  parts: readonly Rows[],
) {
  return Object.fromEntries(names.map((name) => [name, parts.flatMap((part) => part[name])])) as unknown as Rows
}

/** Spectra of the kernels of one chain, and the training that they predict. */
function kernelRows(work: KernelWork, chain: GraphonChain, density: number): Omit<KernelRows, 'limit'> {
  const { config, data, inputs } = work
  const runs = usable(inputs.runs)
  // Without its energies the chain is that of weights drawn again.
  const redrawn = { W: chain.W, measures: chain.measures }
  const limits = limitKernelsOfChains(chain.V ? [redrawn, chain] : [chain], data.x, kernelOptions(config, data), [
    'ntk',
  ])
  const [graphon, energy = graphon] = limits.map(({ ntk }) => ntk)
  const measured = runs.find(({ arrays }) => arrays.has('empirical'))
  const empirical = measured && tensorKernel(theArray(measured, 'empirical'))
  const spectra = joined(
    ['spectrum', 'metric', 'eigenvalue'],
    [
      spectrumRows('graphon', graphon, work, empirical),
      spectrumRows('energy', energy, work, empirical),
      ...(empirical ? [spectrumRows('empirical', empirical, work, empirical)] : []),
    ],
  )
  const targets = oneHot(data.labels, data.classes, { centered: true })
  const unpruned = inputs.unpruned.find(({ arrays }) => arrays.has('dense'))
  const ladder: [Rung, Kernel][] = [
    ...(unpruned ? [['scale', scaled(tensorKernel(theArray(unpruned, 'dense')), density)] as [Rung, Kernel]] : []),
    ['shape', graphon],
    ['weights', energy],
  ]
  const decomposed = ladder.map(([rung, kernel]) => [rung, modes(kernel, targets)] as const)
  const { steps } = config.training
  const predictions = runs.flatMap(({ job, records }) =>
    records.training.flatMap(({ learning_rate: learningRate }) =>
      learningRate === null
        ? []
        : decomposed.map(([rung, kernelModes]) =>
            predictionRows(
              job.trial ?? 0,
              rung,
              orDivergence(() => lossFromModes(kernelModes, { learningRate, steps, mode: 'descent' }).loss),
            ),
          ),
    ),
  )
  return { ...spectra, ...joined(['prediction', 'no-prediction'], predictions) }
}

const noKernels = { spectrum: [], metric: [], eigenvalue: [], prediction: [], 'no-prediction': [] }

async function cellFindings(result: Finished<typeof kernelRecords>, inputs: ReadInputs<typeof needs>) {
  const { job, records, arrays } = result
  const { method, width } = job
  const runs = await inputs.runs()
  const pruned = runs.filter(({ failed }) => failed === undefined)
  return {
    pruning: pruned.length > 0 ? [pruningFinding(job, pruned)] : [],
    structures: structureFindings(job, pruned),
    graphons: records.limit.map(({ path_density: density }): GraphonFinding => ({
      method,
      ...settingOf(job),
      width,
      chain: chainFromTensors(arrays, job.id),
      pathDensity: density,
    })),
    spectra: spectrumFindings(result),
    training: runs.flatMap((one) => trainingFindings(one, result)),
  }
}

/** Seconds by samples over 256: pairs, and decompositions. */
const kernelSeconds = (samples: number): number => 0.55 * samples ** 2 + 0.37 * samples ** 3

/** The limit kernels of every method, density and width, their spectra, and the training they predict. */
export const kernel = jobKind({
  label: 'limit kernels',
  about: 'The limit kernels of all trials of one method, density and width, and the training that they predict.',
  version: 1,
  records: kernelRecords,
  needs,
  plan(planning) {
    const { config, facts } = planning
    const { compute } = config.kernel
    const runs = byKey(planning.jobsOf('run'), cellName)
    return cells(planning).map((cell) => ({
      ...cell,
      dependsOn: { kernel: kernelOf(config, facts), training: config.training },
      needs: {
        runs: runs(cell),
        unpruned: planning.jobsOf('dense').filter(({ sizes }) => sizes.length === cell.sizes.length),
      },
      cost: compute ? kernelSeconds(config.data.samples / 256) : 0.05,
    }))
  },
  execute(work) {
    const runs = usable(work.inputs.runs)
    const chain = averageChains(runs.map(({ arrays, job }) => chainFromTensors(arrays, job.id)))
    const density = pathDensity(chain).mean
    const limit = [{ path_density: density }]
    const arrays = new Map(chainToTensors(chain))
    if (!work.config.kernel.compute) return { arrays, records: { limit, ...noKernels } }
    return orRefusal(
      () => ({ arrays, records: { limit, ...kernelRows(work, chain, density) } }),
      (failed) => ({ arrays, records: { limit, ...noKernels }, failed }),
    )
  },
  gives: ['pruning', 'structures', 'graphons', 'spectra', 'training'],
  findings: cellFindings,
})
