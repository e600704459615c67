import { classesPresent } from '../data/classes-present.js'
import { isModulePath } from '../data/module-path.js'
import { FileError } from '../data/file-error.js'
import { buildOf, kernelArithmetic, type KernelArithmetic } from '../linalg/arithmetic.js'
import { loadKernels, setDefaultKernels, supportedKernelBuilds, type KernelBuild } from '../linalg/kernels.js'
import { formatActivation, parseActivation } from '../network/activation.js'
import { version } from '../version.js'
import type { DataFacts } from './jobs/kind.js'
import type { OwnModules } from './own-modules.js'
import { planStudy, type StudyPlan } from './plan.js'
import type { Provenance } from './provenance.js'
import { readStudy } from './read-study.js'
import { depthsOf, type StudyConfig } from './schema.js'
import { dataFingerprint, loadStudyData, manyFingerprint, type LoadSamples, type StudyData } from './study-data.js'

/** What a study takes from where it is prepared. */
export interface StudySources {
  readonly load: LoadSamples
  /** What a plan must know of the modules that a study names. Default: nothing, so that a study cannot name one. */
  readonly modules?: (config: StudyConfig) => Promise<OwnModules>
  /** Refuses what this machine cannot compute, as RangeError. Default: nothing. */
  readonly check?: (plan: Pick<StudyPlan, 'config' | 'facts'>) => void
  /** What runs the program, with its version: `Node 24.1.0`. */
  readonly runtime: string
  /** What `kernels: auto` stands for where this machine has it: that of results that are there. Default: the fastest. */
  readonly kernels?: KernelArithmetic
}

function provenanceOf(
  text: string,
  config: StudyConfig,
  { activation, kernels }: DataFacts,
  data: StudyData,
  runs: number,
  runtime: string,
): Provenance {
  return {
    title: config.title,
    study: text,
    limnVersion: version,
    runtime,
    kernelBuild: kernels,
    seed: config.seed,
    data: data.name,
    samples: data.x.rows,
    inputs: data.x.cols,
    classes: data.classes,
    classesPresent: classesPresent(data.labels),
    hiddenLayers: depthsOf(config),
    trials: config.trials,
    bins: config.graphon.bins,
    activation: activation ? activation.name : formatActivation(parseActivation(config.network.activation)),
    convention: config.kernel.convention,
    scope: config.prune.scope,
    runs,
  }
}

/** What a plan must know of the modules. @throws FileError when the study names some and nothing here loads modules */
function modulesOf(config: StudyConfig, file: string, { modules }: StudySources): Promise<OwnModules> | OwnModules {
  if (modules) return modules(config)
  const said = [
    ...config.prune.methods,
    config.network.activation,
    config.graphon.estimator,
    ...(config.kernel.metrics ?? []),
  ].find(isModulePath)
  if (said === undefined) return {}
  throw new FileError(file, `expected names alone, because no modules are loaded here, got ${said}`)
}

/** The arithmetic that a study asks for. @throws FileError when this machine cannot run its build */
function chosenArithmetic(asked: StudyConfig['kernels'], file: string, found?: KernelArithmetic): KernelArithmetic {
  const supported = supportedKernelBuilds()
  const build = asked === 'auto' ? supported[0] : asked
  if (!supported.includes(build)) {
    throw new FileError(
      file,
      `expected a build that runs here (auto, ${supported.join(', ')}), got ${build}`,
      'kernels',
    )
  }
  const here = (one: KernelBuild): KernelArithmetic => kernelArithmetic(loadKernels(one, 2 ** 24))
  const kept = asked === 'auto' && found !== undefined && supported.includes(buildOf(found))
  return kept && here(buildOf(found)) === found ? found : here(build)
}

/**
 * Makes the kernels of a plan those of this thread.
 *
 * @throws Error when this machine rounds otherwise than the one that planned
 */
export function pinKernels({ facts: { kernels: planned } }: Pick<StudyPlan, 'facts'>): void {
  const build = buildOf(planned)
  const remedy = "plan the study with 'kernels: simd', which is the same on all machines"
  if (!supportedKernelBuilds().includes(build)) {
    throw new Error(`study: its plan computes with ${planned}, which this machine cannot run; ${remedy}`)
  }
  const kernels = loadKernels(build)
  const here = kernelArithmetic(kernels)
  if (here !== planned)
    throw new Error(`study: its plan computes with ${planned}, this machine with ${here}; ${remedy}`)
  setDefaultKernels(kernels)
}

/**
 * Reads a study file, checks it against its data, and plans its jobs. Nothing is computed or written.
 *
 * @param text the study file, YAML
 * @param file its name, for errors
 * @throws FileError when the study file, its data or a module is wrong
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { planFromText, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * console.log([...new Set(plan.jobs.map(({ kind }) => kind))].sort())
 * // [ 'closed-form', 'convergence', 'dense', 'kernel', 'motifs', 'run' ]
 */
export async function planFromText(text: string, file: string, sources: StudySources): Promise<StudyPlan> {
  const config = readStudy(text, file)
  const data = await loadStudyData(config, sources.load)
  const many = manyFingerprint(data)
  const facts: DataFacts = {
    inputs: data.x.cols,
    classes: data.classes,
    fingerprint: dataFingerprint(data),
    ...(many !== undefined && { manyFingerprint: many }),
    kernels: chosenArithmetic(config.kernels, file, sources.kernels),
    ...(await modulesOf(config, file, sources)),
  }
  try {
    sources.check?.({ config, facts })
    const jobs = planStudy(config, facts)
    const runs = jobs.filter(({ kind }) => kind === 'run').length
    return { config, provenance: provenanceOf(text, config, facts, data, runs, sources.runtime), facts, jobs }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, error.message)
    throw error
  }
}

/**
 * The data of a plan, loaded again for its jobs.
 *
 * @throws FileError when they are no longer those of the plan
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { planFromText, plannedData, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * const { classes, name } = await plannedData(plan, load)
 * console.log(name, classes) // mine 2
 */
export async function plannedData(
  { config, facts }: Pick<StudyPlan, 'config' | 'facts'>,
  load: LoadSamples,
): Promise<StudyData> {
  const data = await loadStudyData(config, load)
  if (dataFingerprint(data) !== facts.fingerprint || manyFingerprint(data) !== facts.manyFingerprint) {
    throw new FileError(data.name, 'has changed since the study was planned; run the study again with these data')
  }
  return data
}
