import { isModulePath } from '../data/module-path.js'
import { parseActivation, type Activation } from '../network/activation.js'
import type { GraphonEstimator } from '../graphon/estimate/estimators/estimator.js'
import type { EstimatorChoice, EstimatorName } from '../graphon/estimate/estimators/estimators.js'
import { criteria, type CriterionName } from '../prune/criteria.js'
import type { Criterion } from '../prune/criterion.js'
import type { Limitation } from '../prune/limitation.js'
import type { MetricChoice, SpectralMetricName } from '../spectrum/metrics.js'
import type { SpectralMetric } from '../spectrum/metric.js'
import type { StudyConfig } from './schema.js'

/** What a module defines, as the plan of a study knows it. */
export interface OwnModule {
  /** As the study says it. */
  readonly path: string
  /** As jobs, results and figures say it. */
  readonly name: string
  /** Hash of the module: with another one, results are others. */
  readonly fingerprint: string
}

/** A pruning method that a module defines. */
export interface OwnMethod extends OwnModule {
  readonly needsData: boolean
  readonly limitations?: readonly Limitation[] | undefined
}

/** The modules of a study, by what they define; each absent where there is none. */
export interface OwnModules {
  readonly methods?: readonly OwnMethod[] | undefined
  readonly activation?: OwnModule | undefined
  readonly estimator?: OwnModule | undefined
  readonly metrics?: readonly OwnModule[] | undefined
}

/** What the modules of a study define, by their names, for its jobs. */
export interface OwnParts {
  readonly criteria: ReadonlyMap<string, Criterion>
  readonly activation?: Activation | undefined
  readonly estimator?: GraphonEstimator | undefined
  readonly metrics: ReadonlyMap<string, SpectralMetric>
}

/** What a study calls a method or a metric that its file names, by name or by path. */
export function nameOf(said: string, own: readonly OwnModule[] = []): string {
  return own.find(({ path }) => path === said)?.name ?? said
}

/** The criterion of the table that a study's file names; undefined for a module's path. */
export function tabledCriterion(method: string): Criterion | undefined {
  return isModulePath(method) ? undefined : criteria[method as CriterionName]
}

/** What is known of a method of a study that its numbers do not show. */
export interface MethodLimitation extends Limitation {
  /** As findings name it. */
  readonly method: string
}

/** The limitations of all methods that a study's file names, in its order. */
export function methodLimitations(methods: readonly string[], own: readonly OwnMethod[]): MethodLimitation[] {
  return methods.flatMap((written) => {
    const criterion = tabledCriterion(written) ?? own.find(({ path }) => path === written)
    return (criterion?.limitations ?? []).map((one) => ({ method: nameOf(written, own), ...one }))
  })
}

/**
 * The activation of a study.
 *
 * @throws RangeError when the study names a module and nothing is given
 */
export function activationOfStudy({ network }: StudyConfig, own: OwnParts | undefined): Activation {
  if (!isModulePath(network.activation)) return parseActivation(network.activation)
  if (own?.activation) return own.activation
  throw new RangeError(`study: expected the activation of ${network.activation}, got none; load the module first`)
}

/** The estimator of a study's graphons. */
export function estimatorOfStudy({ graphon }: StudyConfig, own: OwnParts | undefined): EstimatorChoice {
  return own?.estimator ?? (graphon.estimator as EstimatorName)
}

/** The metrics that a study names. */
export function metricsOfStudy({ kernel }: StudyConfig, own: OwnParts | undefined): readonly MetricChoice[] {
  // Of modules, in the order of the plan's facts: those of the file.
  const modules = [...(own?.metrics.values() ?? [])]
  return (kernel.metrics ?? []).map((said) => (isModulePath(said) ? modules.shift()! : (said as SpectralMetricName)))
}

/** The section `graphon`, as results depend on it: a module counts by its name and text, not by where it lies. */
export function graphonOf({ graphon }: StudyConfig, { estimator }: OwnModules): object {
  if (!estimator) return graphon
  return { ...graphon, estimator: estimator.name, module: estimator.fingerprint }
}

/** The section `kernel`, as results depend on it. */
export function kernelOf({ kernel }: StudyConfig, { metrics }: OwnModules): object {
  if (!metrics) return kernel
  return {
    ...kernel,
    metrics: kernel.metrics?.map((said) => nameOf(said, metrics)),
    modules: metrics.map(({ fingerprint }) => fingerprint),
  }
}
