import { oneHot } from '../data/one-hot.js'
import type { Tensor } from '../data/tensor.js'
import { toFloat64 } from '../data/tensor.js'
import { lossFromModes, modes } from '../dynamics/predict.js'
import { averageChains } from '../graphon/chain/average.js'
import { chainFromTensors, chainToTensors } from '../graphon/chain/chain-file.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { pathDensity } from '../graphon/chain/path-density.js'
import { parseActivation } from '../network/activation.js'
import { classMean, kernelDistance } from '../ntk/agreement.js'
import { denseNtk } from '../ntk/dense-ntk.js'
import { limitKernelsOfChains } from '../ntk/graphon-ntk.js'
import type { Kernel } from '../ntk/kernel.js'
import { kernelTargetAlignment } from '../spectrum/alignment.js'
import { spectrum } from '../spectrum/spectrum.js'
import { orDivergence } from './divergence.js'
import { kernelTensor } from './execute-run.js'
import { orRefusal, usable, type Usable } from './failure.js'
import type { KernelKind, Rung } from './findings.js'
import type { Job, JobResult } from './job.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

export function tensorKernel(tensor: Tensor): Kernel {
  const [classes, n] = tensor.shape
  return { classes, n, data: toFloat64(tensor) }
}

function kernelOptions(config: StudyConfig) {
  const { activation, sigmaW2, sigmaB2 } = config.network
  const { convention, rescale } = config.kernel
  return { activation: parseActivation(activation), sigmaB2, convention, rescale, ...(sigmaW2 && { sigmaW2 }) }
}

/** Spectrum rows of a kernel's class mean. */
function spectrumRows(kind: KernelKind, kernel: Kernel, data: StudyData, empirical: Kernel | undefined): ResultRow[] {
  const mean = classMean(kernel)
  const { eigenvalues } = spectrum(mean)
  const targets = oneHot(data.labels, data.classes, { centered: true })
  const summary: ResultRow = {
    record: 'spectrum',
    kernel: kind,
    target_alignment: kernelTargetAlignment(mean, targets),
    error_to_empirical: empirical ? kernelDistance(kernel, empirical) : null,
  }
  return [
    summary,
    ...Array.from(eigenvalues, (eigenvalue, k): ResultRow => ({
      record: 'spectrum',
      kernel: kind,
      rank: k + 1,
      eigenvalue,
    })),
  ]
}

/** The unpruned limit kernel of a study. */
export function executeDense(config: StudyConfig, data: StudyData, job: Job): JobResult {
  if (!config.kernel.compute) return { arrays: new Map(), rows: [] }
  const dense = denseNtk(job.sizes, data.x, kernelOptions(config))
  return {
    arrays: new Map([['dense', kernelTensor(dense)]]),
    rows: spectrumRows('dense', dense, data, undefined),
  }
}

function scaled({ classes, n, data }: Kernel, factor: number): Kernel {
  return { classes, n, data: data.map((value) => factor * value) }
}

/** The limit kernels of one method, density and width, their spectra, and the training they predict. */
export function executeKernel(config: StudyConfig, data: StudyData, job: Job, inputs: readonly JobResult[]): JobResult {
  const runs = usable(job.needs, inputs.slice(0, -1))
  const chain: GraphonChain = averageChains(runs.map(({ result, id }) => chainFromTensors(result.arrays, id)))
  const density = pathDensity(chain).mean
  const arrays = new Map(chainToTensors(chain))
  const summary: ResultRow = { record: 'run', path_density: density }
  if (!config.kernel.compute) return { arrays, rows: [summary] }
  return orRefusal(
    () => ({ arrays, rows: [summary, ...kernelRows(config, data, chain, density, runs, inputs[inputs.length - 1])] }),
    (reason) => ({ arrays, rows: [{ ...summary, aspect: 'failed', reason }] }),
  )
}

function kernelRows(
  config: StudyConfig,
  data: StudyData,
  chain: GraphonChain,
  density: number,
  runs: readonly Usable[],
  unpruned: JobResult,
): ResultRow[] {
  const stored = unpruned.arrays.get('dense')
  const dense = stored && tensorKernel(stored)
  const options = kernelOptions(config)
  // Without its energies the chain is that of weights drawn again.
  const redrawn = { W: chain.W, measures: chain.measures }
  const limits = limitKernelsOfChains(chain.V ? [redrawn, chain] : [chain], data.x, options, ['ntk'])
  const [graphon, energy = graphon] = limits.map(({ ntk }) => ntk)
  const measured = runs.find(({ result }) => result.arrays.has('empirical'))?.result.arrays.get('empirical')
  const empirical = measured && tensorKernel(measured)
  const rows: ResultRow[] = [
    ...spectrumRows('graphon', graphon, data, empirical),
    ...spectrumRows('energy', energy, data, empirical),
    ...(empirical ? spectrumRows('empirical', empirical, data, empirical) : []),
  ]
  const targets = oneHot(data.labels, data.classes, { centered: true })
  const ladder: [Rung, Kernel][] = [
    ...(dense ? [['scale', scaled(dense, density)] as [Rung, Kernel]] : []),
    ['shape', graphon],
    ['weights', energy],
  ]
  const decomposed = ladder.map(([rung, kernel]) => [rung, modes(kernel, targets)] as const)
  for (const { trial, result } of runs) {
    const learningRate = result.rows.find((row) => row.record === 'run')?.learning_rate
    if (learningRate === undefined || learningRate === null) continue
    for (const [rung, kernelModes] of decomposed) {
      const predicted = orDivergence(() =>
        lossFromModes(kernelModes, { learningRate, steps: config.training.steps, mode: 'descent' }),
      )
      if ('diverged' in predicted) rows.push({ record: 'step', trial, rung, reason: predicted.diverged })
      else predicted.loss.forEach((value, step) => rows.push({ record: 'step', trial, rung, step, loss: value }))
    }
  }
  return rows
}
