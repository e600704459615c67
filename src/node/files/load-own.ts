import { FileError } from '../../data/file-error.js'
import type { Named } from '../../data/open-table.js'
import { candidateProblem } from '../../graphon/estimate/estimators/candidate.js'
import { defineEstimator, type EstimatorDefinition } from '../../graphon/estimate/estimators/define.js'
import type { GraphonEstimator } from '../../graphon/estimate/estimators/estimator.js'
import { estimators } from '../../graphon/estimate/estimators/estimators.js'
import type { Activation } from '../../network/activation.js'
import { activations } from '../../network/activations/activations.js'
import { activationProblem, type ActivationDefinition } from '../../network/activations/definition.js'
import { defineActivation, type OwnActivation } from '../../network/activations/own-activation.js'
import { criteria } from '../../prune/criteria.js'
import { criterionProblem, type Criterion } from '../../prune/criterion.js'
import { definePruning, type PruningDefinition } from '../../prune/define.js'
import { defineMetric, type MetricDefinition } from '../../spectrum/define.js'
import { metricProblem, type SpectralMetric } from '../../spectrum/metric.js'
import { spectralMetrics } from '../../spectrum/metrics.js'
import { loadModule } from './load-module.js'

/** An entry of an open table from a module, and what results that it has a part in depend on. */
export interface Loaded<Entry extends Named> {
  readonly entry: Entry
  /** Hash of the module's text; what it imports is not followed. */
  readonly fingerprint: string
}

/** An open table: what its modules may export. */
interface OpenTable<Entry extends Named> {
  /** One of its entries, in words. */
  readonly what: string
  /** The entries that limn has; a module has to have another name. */
  readonly table: Readonly<Record<string, unknown>>
  /** What keeps a value from being an entry. */
  readonly problem: (value: unknown) => string | undefined
  /** What a definition has at least; the last tells it from other values. */
  readonly keys: readonly string[]
  readonly define: (definition: never) => Entry
  /** The function that makes one, for messages. */
  readonly by: string
}

const pruningMethods: OpenTable<Criterion> = {
  what: 'a pruning method',
  table: criteria,
  problem: criterionProblem,
  keys: ['name', 'score'],
  define: (definition: PruningDefinition) => definePruning(definition),
  by: 'definePruning',
}

const ownActivations: OpenTable<ActivationDefinition> = {
  what: 'an activation',
  table: activations,
  problem: activationProblem,
  keys: ['name', 'value', 'derivative'],
  define: (definition: OwnActivation) => defineActivation(definition),
  by: 'defineActivation',
}

const ownEstimators: OpenTable<GraphonEstimator> = {
  what: 'an estimator',
  table: estimators,
  problem: candidateProblem,
  keys: ['name', 'probabilities'],
  define: (definition: EstimatorDefinition<unknown>) => defineEstimator(definition),
  by: 'defineEstimator',
}

const ownMetrics: OpenTable<SpectralMetric> = {
  what: 'a spectral metric',
  table: spectralMetrics,
  problem: metricProblem,
  keys: ['name', 'measure'],
  define: (definition: MetricDefinition) => defineMetric(definition),
  by: 'defineMetric',
}

/** @throws FileError when a value is neither an entry nor a definition of one */
function asEntry<Entry extends Named>(value: unknown, path: string, open: OpenTable<Entry>): Entry {
  const problem = open.problem(value)
  if (problem === undefined) return value as Entry
  if (typeof value === 'object' && value !== null && open.keys.slice(1).some((key) => key in value)) {
    try {
      return open.define(value as never)
    } catch (error) {
      throw error instanceof RangeError || error instanceof TypeError ? new FileError(path, error.message) : error
    }
  }
  throw new FileError(path, `${problem}; export default { ${open.keys.join(', ')} }, or what ${open.by} gives`)
}

async function load<Entry extends Named>(path: string, open: OpenTable<Entry>): Promise<Loaded<Entry>> {
  const { value, fingerprint } = await loadModule(path, open.what)
  const entry = asEntry(value, path, open)
  if (Object.hasOwn(open.table, entry.name) && open.table[entry.name] !== entry) {
    throw new FileError(path, `expected a name that limn does not have, got '${entry.name}'`)
  }
  return { entry, fingerprint }
}

/**
 * The pruning criterion that a JavaScript module exports as its default: what `definePruning` gives, or what it takes.
 *
 * @param path relative to the working directory
 * @throws FileError when there is no such file, it cannot be loaded, exports no criterion, or one of a name that limn has
 */
export const loadCriterion = (path: string): Promise<Loaded<Criterion>> => load(path, pruningMethods)

/** The activation that a module exports: what `defineActivation` gives or takes. @throws FileError as {@link loadCriterion} */
export async function loadActivation(path: string): Promise<Loaded<Activation>> {
  const { entry: definition, fingerprint } = await load(path, ownActivations)
  return { entry: { name: definition.name, definition }, fingerprint }
}

/** The estimator of graphons that a module exports: what `defineEstimator` gives or takes. @throws FileError as {@link loadCriterion} */
export const loadEstimator = (path: string): Promise<Loaded<GraphonEstimator>> => load(path, ownEstimators)

/** The spectral metric that a module exports: what `defineMetric` gives or takes. @throws FileError as {@link loadCriterion} */
export const loadMetric = (path: string): Promise<Loaded<SpectralMetric>> => load(path, ownMetrics)
