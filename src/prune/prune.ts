import { defaultKernels, withScratch, type Kernels } from '../linalg/kernels.js'
import type { Batch } from '../network/gradient.js'
import { createNetwork } from '../network/initialize.js'
import type { Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { pathWarnings } from '../network/paths.js'
import { pruningBudgets, type Budget, type Scope } from './budget.js'
import { criterionOf, type CriterionName } from './criteria.js'
import type { BudgetTie, Chosen, Criterion, CriterionContext } from './criterion.js'
import { selectPlaced } from './select.js'
import { summarizeLayers, tieWarnings, type LayerSummary } from './summary.js'
import { NumbersError } from '../numbers-error.js'

export interface PruneOptions {
  /** A name in the table {@link criteria}, or a criterion of one's own: see `definePruning` */
  readonly method: CriterionName | Criterion
  /** Fraction of all weights to keep, in (0, 1] */
  readonly density: number
  readonly scope: Scope
  /** Integer; only `random` draws from it */
  readonly seed: number
  /** Samples x `[N, d]` and targets `[N, C]`, class probabilities; required by criteria that need data, ignored by others */
  readonly batch?: Batch
  /** GraSP: logits are divided by it; default 1 (the authors use 200) */
  readonly temperature?: number
  /** SynFlow: pruning rounds; default 100 */
  readonly rounds?: number
  /** Samples held in memory at a time; changes results by rounding only */
  readonly batchSize?: number
  /** Called with the share of the work that is done, in [0, 1]; criteria that are instant do not call */
  readonly onProgress?: (share: number) => void
  /** Default {@link defaultKernels}; the threads of their team share the work, the masks do not depend on how many */
  readonly kernels?: Kernels
}

export interface PruneResult {
  /** One per weight matrix */
  readonly masks: readonly Mask[]
  readonly layers: readonly LayerSummary[]
  /** Defects of the result, one sentence each: cuts inside equal scores, collapsed layers, outputs cut off from the input */
  readonly warnings: readonly string[]
}

function selectByScores(
  criterion: Exclude<Criterion, { masks: unknown }>,
  network: Network,
  context: CriterionContext,
  batch: Batch | undefined,
): Chosen {
  const scores = criterion.needsData ? criterion.scores(network, context, batch!) : criterion.scores(network, context)
  const masks = new Array<Mask>(scores.length)
  const ties = context.budgets.flatMap(({ layers, keep }): BudgetTie[] => {
    const chosen = selectPlaced(
      context.kernels,
      layers.map((i) => scores[i]),
      keep,
    )
    for (const [k, i] of layers.entries()) masks[i] = chosen.masks[k]
    return chosen.tie ? [{ layers, ...chosen.tie }] : []
  })
  return { masks, ties }
}

/**
 * Masks that keep exactly ⌊density · total + ½⌋ weights: of all matrices together (`global`) or of each (`layer`).
 * Equal scores keep the lowest index, matrices in order and row-major. Scores are f64 and of effective weights, so a
 * global threshold means the same in both parameterisations. A network that is already pruned stays pruned where it is:
 * its masks bound the candidates, the criterion sees the masked network, and density still counts all entries. Biases
 * are never pruned.
 *
 * Kernel memory in bytes per weight: 9 for magnitude, 17 for SNIP, 25 for GraSP, one more each when the given masks prune;
 * for SynFlow 11 per surviving weight and 9 per weight of the largest matrix. SNIP and GraSP also hold the values of
 * `batchSize` samples (see {@link lossAndGradient}), and every thread 256 KiB and its workspace.
 *
 * @throws RangeError when the density is not in (0, 1], keeps nothing, or exceeds what the given masks keep; when an
 *   option or a score is out of range or not finite (naming the place); when the batch does not fit the network
 * @throws Error when the criterion needs data and no batch is given
 *
 * @example
 * import { createSpec, initialize, prune } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * const { masks } = prune(network, { method: 'magnitude', density: 0.25, scope: 'global', seed: 0 })
 * console.log(masks.reduce((sum, { kept }) => sum + kept, 0)) // 12
 */
export function prune(network: Network, options: PruneOptions): PruneResult {
  const { method, density, scope, seed, batch, batchSize, onProgress } = options
  const criterion: Criterion = criterionOf(method)
  const { temperature = criterion.defaults.temperature ?? 1, rounds = criterion.defaults.rounds ?? 1 } = options
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new NumbersError(`prune: expected a positive temperature, got ${temperature}`)
  }
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new NumbersError(`prune: expected a positive integer number of rounds, got ${rounds}`)
  }
  const budgets: Budget[] = pruningBudgets(network, density, scope)
  if (criterion.needsData && !batch) {
    throw new Error(`prune: ${criterion.name} needs data; give a batch of samples and targets`)
  }
  const kernels = options.kernels ?? defaultKernels()
  const { masks, ties } = withScratch(kernels, (scratch) => {
    const context: CriterionContext = {
      kernels,
      scratch,
      density,
      budgets,
      seed,
      temperature,
      rounds,
      batchSize,
      onProgress: onProgress ?? (() => undefined),
    }
    return 'masks' in criterion
      ? criterion.masks(network, context, batch)
      : selectByScores(criterion, network, context, batch)
  })
  return { masks, layers: summarizeLayers(masks), warnings: [...tieWarnings(ties, masks), ...pathWarnings(masks)] }
}

/**
 * The network with other masks; weights and biases are shared, not copied.
 *
 * @param masks one per weight matrix; they replace the network's own
 * @throws RangeError when the number or a shape differs
 *
 * @example
 * import { applyMasks, createMask, createSpec, denseMask, initialize } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 2, 1] }), 1)
 * const sparse = applyMasks(network, [createMask(2, 2, Uint8Array.of(1, 0, 0, 1)), denseMask(1, 2)])
 * console.log(sparse.layers.map(({ mask }) => mask.kept)) // [ 2, 2 ]
 */
export function applyMasks(network: Network, masks: readonly Mask[]): Network {
  if (masks.length !== network.layers.length) {
    throw new NumbersError(`applyMasks: expected ${network.layers.length} masks, got ${masks.length}`)
  }
  return createNetwork(
    network.spec,
    network.layers.map((layer, i) => ({ ...layer, mask: masks[i] })),
  )
}
