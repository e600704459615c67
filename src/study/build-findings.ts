import { methodName, tabledCriterion, type OwnMethod } from './own-methods.js'
import { agreement } from '../dynamics/agreement.js'
import { chainFromTensors } from '../graphon/chain/chain-file.js'
import { countingBound, type MotifName } from '../graphon/motifs/motifs.js'
import { toFloat64 } from '../data/tensor.js'
import { spectralSummary } from '../spectrum/summary.js'
import type { Criterion } from '../prune/criterion.js'
import { estimateKey } from './execute-closed-form.js'
import { failureOf } from './failure.js'
import {
  rungs,
  untrainedReasons,
  type ClosedFormFinding,
  type ConvergenceFinding,
  type FailedFinding,
  type CountingFinding,
  type Findings,
  type GraphonFinding,
  type KernelKind,
  type MotifFinding,
  type Prediction,
  type Protocol,
  type Provenance,
  type PruningFinding,
  type Setting,
  type SpectrumFinding,
  type TrainingFinding,
  type TrendFinding,
  type Untrained,
  type UntrainedFinding,
  type VerdictFinding,
} from './findings.js'
import type { Job, JobResult, ResultStore } from './job.js'
import type { ResultRow } from './rows.js'
import { depthsOf, scopesOf, type StudyConfig } from './schema.js'

interface Finished {
  readonly job: Job
  readonly result: JobResult
}

const records = (rows: readonly ResultRow[], record: string) => rows.filter((row) => row.record === record)

function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}

const settingOf = ({ density, scope, sizes }: Job): Setting => ({ density, scope, hiddenLayers: sizes.length - 2 })

/** Averages the trials of one method, density and width. */
function pruningFinding(kernelJob: Job, runs: readonly JobResult[]): PruningFinding {
  const { method, width, sizes } = kernelJob
  const layers = runs.map((run) => records(run.rows, 'layer'))
  const densities = layers[0].map((_, l) => meanAndSd(layers.map((rows) => rows[l].matrix_density ?? 0)))
  return {
    method,
    ...settingOf(kernelJob),
    width,
    layerDensity: densities.map(({ mean }) => mean),
    layerDensitySd: densities.map(({ sd }) => sd),
    deadFraction: sizes
      .slice(1, -1)
      .map((units, l) => meanAndSd(layers.map((rows) => (rows[l].dead_units ?? 0) / units)).mean),
  }
}

function spectrumFindings({ job, result }: Finished): SpectrumFinding[] {
  const rows = records(result.rows, 'spectrum')
  const kinds = [...new Set(rows.map((row) => row.kernel!))] as KernelKind[]
  return kinds.map((kernel) => {
    const own = rows.filter((row) => row.kernel === kernel)
    const summary = own.find((row) => row.rank === undefined || row.rank === null)!
    const eigenvalues = own.flatMap((row) => (typeof row.eigenvalue === 'number' ? [row.eigenvalue] : []))
    return {
      method: job.method,
      ...settingOf(job),
      width: job.width,
      kernel,
      eigenvalues,
      ...spectralSummary(Float64Array.from(eigenvalues)),
      targetAlignment: summary.target_alignment ?? null,
      errorToEmpirical: summary.error_to_empirical ?? null,
    }
  })
}

function lossOf(rows: readonly ResultRow[]): number[] {
  const loss: number[] = []
  for (const { step, loss: value } of rows)
    if (typeof step === 'number' && typeof value === 'number') loss[step] = value
  return loss
}

/** The measured loss of a trained run; empty for one without training. */
function measuredLoss({ rows }: JobResult): number[] {
  return lossOf(records(rows, 'step').filter((row) => !row.rung))
}

/** Whether nothing was left to learn before the first step: there is then no loss to hold predictions against. */
const isSolved = (measured: readonly number[]): boolean => measured.length > 0 && !(measured[0] > 0)

function trainingFinding(run: Finished, trial: number, kernel: JobResult): TrainingFinding | undefined {
  const summary = records(run.result.rows, 'run')[0]
  const measured = measuredLoss(run.result)
  if (typeof summary.learning_rate !== 'number' || isSolved(measured)) return undefined
  const steps = records(run.result.rows, 'step')
  const predicted = records(kernel.rows, 'step').filter((row) => row.trial === trial)
  const predictions = rungs.flatMap((rung): Prediction[] => {
    const loss = lossOf((rung === 'finite-width' ? steps : predicted).filter((row) => row.rung === rung))
    return loss.length === measured.length ? [{ rung, loss, ...agreement(loss, measured) }] : []
  })
  return {
    method: run.job.method,
    ...settingOf(run.job),
    width: run.job.width,
    trial,
    learningRate: summary.learning_rate,
    loss: measured,
    trainAccuracy: summary.train_accuracy ?? null,
    testAccuracy: summary.test_accuracy ?? null,
    laziness: summary.laziness ?? null,
    predictions,
  }
}

function untrainedFinding({ job, result }: Finished): UntrainedFinding | undefined {
  const { aspect, reason } = records(result.rows, 'run')[0]
  const { method, width, trial } = job
  const finding = (why: Untrained, text: string): UntrainedFinding => ({
    method,
    ...settingOf(job),
    width,
    trial: trial ?? 0,
    why,
    reason: text,
  })
  if (isSolved(measuredLoss(result))) return finding('solved', 'the loss is zero before the first step')
  const known = untrainedReasons.find((why) => why === aspect)
  return known && finding(known, reason ?? '')
}

function failedFinding({ job, result }: Finished): FailedFinding[] {
  const reason = failureOf(result)
  const { kind, method, width, trial } = job
  return reason === undefined ? [] : [{ kind, method, ...settingOf(job), width, trial, reason }]
}

/** What the report says of how networks were made and trained. */
function protocolOf(
  { data, network, prune, graphon, kernel, training }: StudyConfig,
  own: readonly OwnMethod[],
): Protocol {
  const { learningRate, relativeRate } = training
  const tabled = prune.methods.flatMap((method) => tabledCriterion(method) ?? [])
  const named: readonly Pick<Criterion, 'needsData'>[] = [...tabled, ...own]
  const isMnist = data.source === 'mnist'
  return {
    steps: training.trials > 0 ? training.steps : 0,
    trainedTrials: training.steps > 0 ? training.trials : 0,
    stepSize: learningRate === 'auto' ? { share: relativeRate } : { fixed: learningRate },
    sigmaW2: network.sigmaW2 ?? null,
    sigmaB2: network.sigmaB2,
    weights: network.weights,
    rescale: kernel.rescale,
    estimator: graphon.estimator,
    pruningSamples: named.some(({ needsData }) => needsData) ? (prune.samples ?? data.samples) : null,
    temperature: tabled.some(({ defaults }) => defaults.temperature !== undefined) ? prune.temperature : null,
    testSamples: isMnist ? data.testSamples : 0,
    standardized: isMnist || data.standardize,
  }
}

function trendOf(row: ResultRow): TrendFinding {
  return {
    verdict: row.verdict!,
    reason: row.reason ?? '',
    rate: row.rate ?? null,
    rateLower: row.rate_lower ?? null,
    rateUpper: row.rate_upper ?? null,
    remaining: row.remaining ?? null,
  }
}

function verdictFinding(rows: readonly ResultRow[]): VerdictFinding {
  const byAspect = new Map(rows.map((row) => [row.aspect ?? '', row]))
  const all = byAspect.get('all')!
  const [budget, shape] = [byAspect.get('budget')!, byAspect.get('shape')]
  const observed = rows.filter(({ aspect }) => !['all', 'budget', 'shape'].includes(aspect ?? ''))
  return {
    verdict: all.verdict!,
    restsOn: all.rests_on!,
    reason: all.reason ?? '',
    budget: trendOf(budget),
    shape: shape ? trendOf(shape) : null,
    structure:
      typeof all.structured === 'boolean'
        ? { structured: all.structured, distance: all.structure_distance ?? 0, score: all.structure_score ?? null }
        : null,
    observed: Object.fromEntries(observed.map((row) => [row.aspect ?? '', trendOf(row)])),
  }
}

function convergenceFindings({ job, result }: Finished): ConvergenceFinding[] {
  const rows = records(result.rows, 'distance')
  const verdicts = records(result.rows, 'verdict')
  const matrices = [...new Set(rows.map((row) => row.matrix!))]
  return matrices.map((matrix) => ({
    method: job.method,
    ...settingOf(job),
    matrix,
    points: rows
      .filter((row) => row.matrix === matrix)
      .map((row) => ({
        width: row.width!,
        toWidest: row.to_widest ?? null,
        toWidestFloor: row.to_widest_floor ?? null,
        successive: row.successive ?? null,
        successiveFloor: row.successive_floor ?? null,
        splitHalf: row.split_half ?? null,
        shapeChange: row.shape_change ?? null,
        shapeFloor: row.shape_floor ?? null,
        spread: row.spread ?? null,
        spreadSampled: row.spread_sampled ?? null,
      })),
    test: verdictFinding(verdicts.filter((row) => row.matrix === matrix)),
  }))
}

function countingFinding(rows: readonly ResultRow[]): CountingFinding | null {
  const widths = rows.flatMap(({ width, aspect }) => (aspect?.startsWith('cut') || !width ? [] : [width]))
  if (widths.length === 0) return null
  const [from, to] = [Math.min(...widths), Math.max(...widths)]
  const value = (aspect: string, width?: number) =>
    rows.find((row) => row.aspect === aspect && (width === undefined || row.width === width))?.value ?? 0
  const cutUpper = value('cut upper')
  const motifs = rows.flatMap(({ aspect, width }) => (width === to && !aspect!.startsWith('cut') ? [aspect!] : []))
  return {
    from,
    to,
    cutLower: value('cut lower'),
    cutUpper,
    motifs: motifs.map((motif) => ({
      motif,
      from: value(motif, from),
      to: value(motif, to),
      bound: Math.min(1, countingBound(motif as MotifName, cutUpper)),
    })),
  }
}

function motifFindings({ job, result }: Finished): MotifFinding[] {
  const ratios = records(result.rows, 'motif-ratio')
  const counting = records(result.rows, 'counting')
  const suffix = ' unstructured'
  return [...new Set(ratios.map((row) => row.matrix!))].map((matrix) => {
    const own = ratios.filter((row) => row.matrix === matrix)
    return {
      method: job.method,
      ...settingOf(job),
      matrix,
      ratios: own
        .filter(({ aspect }) => !aspect!.endsWith(suffix))
        .map(({ aspect, width, value, spread }) => ({
          motif: aspect!,
          width: width!,
          mean: value ?? 0,
          sd: spread ?? 0,
          unstructured: own.find((row) => row.width === width && row.aspect === aspect! + suffix)?.value ?? null,
        })),
      counting: countingFinding(counting.filter((row) => row.matrix === matrix)),
    }
  })
}

function closedFormFindings({ job, result }: Finished): ClosedFormFinding[] {
  const rows = records(result.rows, 'closed-form')
  if (rows.length === 0) return []
  const matrices = [...new Set(rows.map((row) => row.matrix!))].map((matrix) => {
    const value = (aspect: string) => rows.find((row) => row.matrix === matrix && row.aspect === aspect)?.value ?? null
    return {
      matrix,
      predictedDensity: value('predicted_density') ?? 0,
      density: value('density') ?? 0,
      distance: value('distance') ?? 0,
      floor: value('floor') ?? 0,
      structure: value('structure') ?? 0,
      explained: value('explained'),
      cutLower: value('cut_lower') ?? 0,
      cutUpper: value('cut_upper') ?? 0,
    }
  })
  const { arrays } = result
  const graphons = arrays.has('W0')
    ? {
        predicted: chainFromTensors(arrays, job.id).W,
        estimate: matrices.map((_, l) => {
          const tensor = arrays.get(estimateKey(l))!
          return { rows: tensor.shape[0], cols: tensor.shape[1], data: toFloat64(tensor) }
        }),
      }
    : null
  return [{ method: job.method, ...settingOf(job), width: job.width, matrices, graphons }]
}

/** Depths, then scopes, then densities as the study file has them. */
function settingsOf(config: StudyConfig): Setting[] {
  return depthsOf(config).flatMap((hiddenLayers) =>
    scopesOf(config).flatMap((scope) => config.prune.densities.map((density) => ({ density, scope, hiddenLayers }))),
  )
}

/**
 * Collects a finished study's results into what its report shows. A pure function of the stored results: the same
 * results give the same findings, however and wherever they were computed.
 *
 * @throws Error when a job's result is missing
 */
export async function buildFindings(
  config: StudyConfig,
  provenance: Provenance,
  jobs: readonly Job[],
  store: ResultStore,
  own: readonly OwnMethod[] = [],
): Promise<Findings> {
  const missing = jobs.filter((job) => !store.has(job.id))
  if (missing.length > 0)
    throw new Error(`findings: ${missing.length} of ${jobs.length} results are missing; run the study first`)
  const findings = {
    pruning: [] as PruningFinding[],
    graphons: [] as GraphonFinding[],
    convergence: [] as ConvergenceFinding[],
    motifs: [] as MotifFinding[],
    closedForms: [] as ClosedFormFinding[],
    spectra: [] as SpectrumFinding[],
    training: [] as TrainingFinding[],
    untrained: [] as UntrainedFinding[],
    failed: [] as FailedFinding[],
  }
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const methods = config.prune.methods.map((method) => methodName(method, own))
  const order = (job: Job) => methods.indexOf(job.method)
  const rank = ({ sizes, scope, density, width }: Job) => [sizes.length, scope === 'layer' ? 1 : 0, density, width]
  const ordered = [...jobs].sort(
    (a, b) => order(a) - order(b) || rank(a).reduce((found, value, i) => found || value - rank(b)[i], 0),
  )
  for (const job of ordered) {
    if (job.kind === 'run') continue
    const result = await store.read(job.id)
    findings.failed.push(...failedFinding({ job, result }))
    if (job.kind === 'dense') findings.spectra.push(...spectrumFindings({ job, result }))
    if (job.kind === 'convergence') findings.convergence.push(...convergenceFindings({ job, result }))
    if (job.kind === 'motifs') findings.motifs.push(...motifFindings({ job, result }))
    if (job.kind === 'closed-form') findings.closedForms.push(...closedFormFindings({ job, result }))
    if (job.kind !== 'kernel') continue
    const runJobs = job.needs.map((id) => byId.get(id)!).filter((needed) => needed.kind === 'run')
    const runs = await Promise.all(runJobs.map((run) => store.read(run.id)))
    const { method, width } = job
    const setting = settingOf(job)
    const pruned = runs.filter((run) => failureOf(run) === undefined)
    if (pruned.length > 0) findings.pruning.push(pruningFinding(job, pruned))
    const pathDensity = records(result.rows, 'run')[0].path_density
    if (typeof pathDensity === 'number') {
      const chain = chainFromTensors(result.arrays, job.id)
      findings.graphons.push({ method, ...setting, width, chain, pathDensity })
    }
    findings.spectra.push(...spectrumFindings({ job, result }))
    runs.forEach((run, i) => {
      const finished = { job: runJobs[i], result: run }
      findings.failed.push(...failedFinding(finished))
      const training = trainingFinding(finished, runJobs[i].trial ?? 0, result)
      if (training) findings.training.push(training)
      const untrained = untrainedFinding(finished)
      if (untrained) findings.untrained.push(untrained)
    })
  }
  return {
    provenance,
    methods,
    widths: [...new Set(findings.pruning.map(({ width }) => width))].sort((a, b) => a - b),
    densities: config.prune.densities,
    settings: settingsOf(config),
    protocol: protocolOf(config, own),
    ...findings,
  }
}
