import { FileError } from '../../data/file-error.js'
import type { Activation } from '../../network/activation.js'
import type { Checkpoint, ReadOptions } from '../../network/checkpoint.js'
import { totalDensity } from '../../network/mask.js'
import { predictions } from '../../graphon/limits/predictions.js'
import type { Scope } from '../../prune/budget.js'
import { criterionNames, type CriterionName } from '../../prune/criteria.js'
import { checkpointOf, openArchive } from '../files/read-network.js'

/** What is known of masks beside their file; what is left out the file says, or the defaults do. */
export interface MadeMasksOptions extends Pick<ReadOptions, 'layers' | 'zeros'> {
  readonly method?: CriterionName
  /** Kept share that was asked for. Default: what the file says, else the masks' own. */
  readonly density?: number
  /** Default: what the file says, else `global`. */
  readonly scope?: Scope
  /** Default: what the file says, else 0. */
  readonly seed?: number
  /** A file with the weights before pruning, where that of the masks has only those that survived. */
  readonly weights?: string
  readonly activation?: Activation
  readonly sigmaW2?: readonly number[]
}

/** Masks with how they were made, and the weights from elsewhere that were pruned. */
export interface MadeMasks {
  readonly file: string
  readonly checkpoint: Checkpoint
  readonly method: CriterionName
  readonly scope: Scope
  readonly density: number
  readonly seed: number
  /** The weights before pruning, where another file has them and the method's closed form reads them. */
  readonly before?: { readonly file: string; readonly checkpoint: Checkpoint }
}

/** What a masks' file says of how it came about; options go before it. */
function originOf(
  file: string,
  metadata: Readonly<Record<string, string>>,
  checkpoint: Checkpoint,
  options: MadeMasksOptions,
) {
  const named = options.method ?? criterionNames.find((name) => name === metadata['method'])
  if (!named) {
    const found = 'method' in metadata ? `the method '${metadata['method']}'` : 'no method'
    throw new FileError(file, `expected a method of ${criterionNames.join(', ')}, got ${found}; say --method`)
  }
  const scope = options.scope ?? (metadata['scope'] === 'layer' ? 'layer' : 'global')
  const stated = Number(metadata['density'])
  const density = options.density ?? (stated > 0 && stated <= 1 ? stated : totalDensity(checkpoint.masks))
  const seed = options.seed ?? (Number(metadata['seed']) || 0)
  return { method: named, scope, density, seed }
}

/**
 * Reads masks that a pruning method has made, with what their file or the options say of it, and the weights before pruning
 * where these are in another file and the method's closed form reads weights.
 *
 * @throws FileError when a file is not readable, or nothing says the method
 *
 * @example
 * import { applyMasks, createSpec, initialize, networkToTensors, prune } from 'limn'
 * import { encodeNetwork, readMadeMasks, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [8, 32, 32, 4] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.3, scope: 'layer', seed: 0 })
 * const { tensors, metadata } = networkToTensors(applyMasks(network, masks))
 * writeAtomic('masks.npz', encodeNetwork('masks.npz', { tensors, metadata }))
 * const { method, density } = readMadeMasks('masks.npz', { method: 'random', density: 0.3, scope: 'layer' })
 * console.log(method, density) // random 0.3
 */
export function readMadeMasks(file: string, options: MadeMasksOptions): MadeMasks {
  const archive = openArchive(file)
  const checkpoint = checkpointOf(archive, file, options)
  const made = originOf(file, archive.metadata, checkpoint, options)
  const { needs } = predictions[made.method]
  const { weights, layers, zeros, activation, sigmaW2 } = options
  if (weights === undefined || needs === null || needs === 'sizes') return { file, checkpoint, ...made }
  const reads = {
    ...(layers && { layers }),
    ...(zeros && { zeros }),
    ...(activation && { activation }),
    ...(sigmaW2 && { sigmaW2 }),
  }
  return {
    file,
    checkpoint,
    ...made,
    before: { file: weights, checkpoint: checkpointOf(openArchive(weights), weights, reads) },
  }
}

/** Refuses masks whose method has no closed form. @throws FileError when no closed form is known for the method */
export function requireClosedForm({ file, method }: MadeMasks): void {
  const { needs, summary } = predictions[method]
  if (needs === null) throw new FileError(file, `has no closed form to compare with: ${method}, ${summary}`)
}
