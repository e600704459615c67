import { z } from 'zod'
import { oneHot } from '../../data/one-hot.js'
import { toFloat64, type Tensor } from '../../data/tensor.js'
import { classMean, kernelDistance } from '../../ntk/agreement.js'
import { denseNtk } from '../../ntk/dense-ntk.js'
import type { Kernel } from '../../ntk/kernel.js'
import { kernelTargetAlignment } from '../../spectrum/alignment.js'
import { metricParts } from '../../spectrum/metrics.js'
import { spectrum } from '../../spectrum/spectrum.js'
import { spectralSummary, type SpectralSummary } from '../../spectrum/summary.js'
import { settingOf } from '../job.js'
import { activationOfStudy, kernelOf, metricsOfStudy } from '../own-modules.js'
import { depthsOf, type StudyConfig } from '../schema.js'
import type { StudyData } from '../study-data.js'
import { kernelKinds, type KernelKind, type Setting } from '../vocabulary.js'
import { theRow, type Finished } from './finished.js'
import { jobKind, type Work } from './kind.js'
import { architectures, physicsOf } from './ladders.js'
import { record, type RecordsOf } from './record.js'

const kernelColumn = z.enum(kernelKinds).describe('which kernel, class mean')

/** What is stored of a kernel's spectrum. */
export const spectrumRecords = {
  spectrum: record(
    'kernel',
    z.strictObject({
      kernel: kernelColumn,
      target_alignment: z.number().nullable().describe('with the centred one-hot targets; none for a zero kernel'),
      error_to_empirical: z
        .number()
        .nullable()
        .describe('relative Frobenius distance to the empirical kernel; none where that was not computed'),
    }),
  ),
  metric: record(
    'kernel and metric of kernel.metrics',
    z.strictObject({
      kernel: kernelColumn,
      metric: z.string().describe('name of a spectral metric, `name.part` where it has several numbers'),
      value: z.number().nullable().describe('what it measures; none where it is not defined'),
      reason: z.string().nullable().describe('why there is no value'),
    }),
  ),
  eigenvalue: record(
    'kernel and eigenvalue',
    z.strictObject({
      kernel: kernelColumn,
      rank: z.int().positive().describe('1 for the largest'),
      eigenvalue: z.number().describe('of the class mean'),
    }),
  ),
}

/** Spectrum of the class-mean kernel. */
export interface SpectrumFinding extends SpectralSummary, Setting {
  readonly method: string
  readonly width: number
  readonly kernel: KernelKind
  /** Largest first, all of them. */
  readonly eigenvalues: readonly number[]
  /** The metrics that the study names, by `name` or `name.part`; absent where it names none. */
  readonly metrics?: Readonly<Record<string, number | null>>
  /** Kernel–target alignment with the centred one-hot targets; null for a zero kernel. */
  readonly targetAlignment: number | null
  /** Relative Frobenius distance to the empirical kernel of the same method, width; null when that was not computed. */
  readonly errorToEmpirical: number | null
}

/** A kernel as an array of a result, `[classes, N, N]`. */
export const kernelTensor = ({ classes, n, data }: Kernel): Tensor => ({ shape: [classes, n, n], data })

export function tensorKernel(tensor: Tensor): Kernel {
  const [classes, n] = tensor.shape
  return { classes, n, data: toFloat64(tensor) }
}

/** The options with which a study's limit kernels are computed. */
export function kernelOptions(config: StudyConfig, { own }: Pick<StudyData, 'own'>) {
  const { sigmaW2, sigmaB2 } = config.network
  const { convention, rescale } = config.kernel
  return { activation: activationOfStudy(config, own), sigmaB2, convention, rescale, ...(sigmaW2 && { sigmaW2 }) }
}

/** The rows of one kernel's spectrum. */
export function spectrumRows(
  kernel: KernelKind,
  values: Kernel,
  { config, data }: Pick<Work, 'config' | 'data'>,
  empirical: Kernel | undefined,
): RecordsOf<typeof spectrumRecords> {
  const mean = classMean(values)
  const named = metricsOfStudy(config, data.own)
  const { eigenvalues, metrics = {}, reasons } = spectrum(mean, { metrics: named })
  const targets = oneHot(data.labels, data.classes, { centered: true })
  return {
    spectrum: [
      {
        kernel,
        target_alignment: kernelTargetAlignment(mean, targets),
        error_to_empirical: empirical ? kernelDistance(values, empirical) : null,
      },
    ],
    metric: Object.entries(metrics).flatMap(([name, measured]) =>
      metricParts(name, measured).map(([metric, value]) => ({
        kernel,
        metric,
        value,
        reason: value === null ? ((reasons as Readonly<Record<string, string>>)[name] ?? null) : null,
      })),
    ),
    eigenvalue: Array.from(eigenvalues, (eigenvalue, k) => ({ kernel, rank: k + 1, eigenvalue })),
  }
}

/** The spectra in a result. */
export function spectrumFindings(result: Finished<typeof spectrumRecords>): SpectrumFinding[] {
  const { job, records } = result
  return records.spectrum.map(({ kernel }) => {
    const summary = theRow(result, 'spectrum', { kernel })
    const own = records.metric.filter((row) => row.kernel === kernel)
    const eigenvalues = records.eigenvalue.filter((row) => row.kernel === kernel).map((row) => row.eigenvalue)
    return {
      method: job.method,
      ...settingOf(job),
      width: job.width,
      kernel,
      eigenvalues,
      ...spectralSummary(Float64Array.from(eigenvalues)),
      ...(own.length > 0 && { metrics: Object.fromEntries(own.map(({ metric, value }) => [metric, value])) }),
      targetAlignment: summary.target_alignment,
      errorToEmpirical: summary.error_to_empirical,
    }
  })
}

/** The unpruned limit kernel of every depth. */
export const dense = jobKind({
  label: 'dense kernel',
  about: 'The limit kernel of the unpruned network, and its spectrum.',
  version: 1,
  records: spectrumRecords,
  needs: {},
  plan(planning) {
    const { config, facts } = planning
    return depthsOf(config).map((depth) => {
      const [{ sizes }] = architectures(config, facts, depth)
      return {
        method: 'dense',
        density: 1,
        scope: 'global' as const,
        width: 0,
        trial: null,
        // The limit has no width.
        sizes: [facts.inputs, ...sizes.slice(1, -1).map(() => 1), facts.classes],
        dependsOn: { physics: physicsOf(planning), kernel: kernelOf(config, facts) },
        needs: {},
        cost: config.kernel.compute ? 0.1 * (config.data.samples / 256) ** 2 : 0.001,
      }
    })
  },
  execute(work) {
    const { config, data, job } = work
    if (!config.kernel.compute) return { records: { spectrum: [], metric: [], eigenvalue: [] }, arrays: new Map() }
    const kernel = denseNtk(job.sizes, data.x, kernelOptions(config, data))
    return {
      records: spectrumRows('dense', kernel, work, undefined),
      arrays: new Map([['dense', kernelTensor(kernel)]]),
    }
  },
  gives: ['spectra'],
  findings: (result) => ({ spectra: spectrumFindings(result) }),
})
