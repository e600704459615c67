import { oneHot } from '../data/one-hot.js'
import { createNetwork, createSpec, initialize } from '../network/initialize.js'
import type { Batch } from '../network/gradient.js'
import type { Network, NetworkSpec } from '../network/network.js'
import { parseCriterion } from '../prune/criteria.js'
import { applyMasks, prune, type PruneResult } from '../prune/prune.js'
import type { JobKey } from './job.js'
import { activationOfStudy } from './own-modules.js'
import { deriveSeed } from './seeds.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

export function studySpec(config: StudyConfig, sizes: readonly number[], { own }: Pick<StudyData, 'own'>): NetworkSpec {
  const { sigmaW2, sigmaB2 } = config.network
  return createSpec({ sizes, activation: activationOfStudy(config, own), sigmaB2, ...(sigmaW2 && { sigmaW2 }) })
}

/** The samples and targets that data-dependent scores see. */
export function pruningBatch(data: StudyData): Batch {
  return { x: data.pruneX, targets: oneHot(data.pruneLabels, data.classes) }
}

/** The network of one job at initialisation. All methods of a trial start from the same weights. */
export function unprunedNetwork(
  config: StudyConfig,
  data: Pick<StudyData, 'own'>,
  { sizes, width, trial }: JobKey,
): Network {
  return initialize(studySpec(config, sizes, data), deriveSeed(config.seed, 'network', width, trial ?? 0))
}

/**
 * The pruned network of one job. All methods of a trial start from the same weights, so that they are compared in pairs;
 * with `weights: redrawn` the survivors are drawn anew after pruning.
 */
export function prunedNetwork(
  config: StudyConfig,
  data: StudyData,
  key: JobKey,
): { network: Network; pruning: PruneResult } {
  const { method, density, scope, sizes, width, trial } = key
  const spec = studySpec(config, sizes, data)
  const at = [width, trial ?? 0] as const
  const unpruned = unprunedNetwork(config, data, key)
  const pruning = prune(unpruned, {
    method: data.own?.criteria.get(method) ?? parseCriterion(method),
    density,
    scope,
    seed: deriveSeed(config.seed, 'prune', ...at),
    temperature: config.prune.temperature,
    batch: pruningBatch(data),
  })
  const start =
    config.network.weights === 'kept' ? unpruned : initialize(spec, deriveSeed(config.seed, 'redraw', ...at))
  return { network: applyMasks(createNetwork(spec, start.layers), pruning.masks), pruning }
}
