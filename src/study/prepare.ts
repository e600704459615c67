import { classesPresent } from '../data/classes-present.js'
import { FileError } from '../data/file-error.js'
import { supportedKernelBuilds } from '../linalg/kernels.js'
import { formatActivation, parseActivation } from '../network/activation.js'
import { version } from '../version.js'
import type { DataFacts } from './jobs/kind.js'
import type { OwnActivationFacts } from './own-activation.js'
import type { OwnMethod } from './own-methods.js'
import { planStudy, type StudyPlan } from './plan.js'
import type { Provenance } from './provenance.js'
import { readStudy } from './read-study.js'
import { depthsOf, type StudyConfig } from './schema.js'
import { dataFingerprint, loadStudyData, type LoadSamples, type StudyData } from './study-data.js'

/** What a study takes from where it is prepared. */
export interface StudySources {
  readonly load: LoadSamples
  /** The methods that modules define. Default: none. */
  readonly methods?: (config: StudyConfig) => Promise<readonly OwnMethod[] | undefined>
  /** The activation that a module defines. Default: none. */
  readonly activation?: (config: StudyConfig) => Promise<OwnActivationFacts | undefined>
  /** Refuses what this machine cannot compute, as RangeError. Default: nothing. */
  readonly check?: (plan: Pick<StudyPlan, 'config' | 'facts'>) => void
  /** What runs the program, with its version: `Node 24.1.0`. */
  readonly runtime: string
}

function provenanceOf(
  text: string,
  config: StudyConfig,
  { activation }: DataFacts,
  data: StudyData,
  runs: number,
  runtime: string,
): Provenance {
  return {
    title: config.title,
    study: text,
    limnVersion: version,
    runtime,
    kernelBuild: supportedKernelBuilds()[0],
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

/**
 * Reads a study file, checks it against its data, and plans its jobs. Nothing is computed or written.
 *
 * @param text the study file, YAML
 * @param file its name, for errors
 * @throws FileError when the study file, its data or the module of a method is wrong
 */
export async function planFromText(text: string, file: string, sources: StudySources): Promise<StudyPlan> {
  const config = readStudy(text, file)
  const data = await loadStudyData(config, sources.load)
  const facts: DataFacts = {
    inputs: data.x.cols,
    classes: data.classes,
    fingerprint: dataFingerprint(data),
    methods: await sources.methods?.(config),
    activation: await sources.activation?.(config),
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
 */
export async function plannedData(
  { config, facts }: Pick<StudyPlan, 'config' | 'facts'>,
  load: LoadSamples,
): Promise<StudyData> {
  const data = await loadStudyData(config, load)
  if (dataFingerprint(data) !== facts.fingerprint) {
    throw new FileError(data.name, 'has changed since the study was planned; run the study again with these data')
  }
  return data
}
