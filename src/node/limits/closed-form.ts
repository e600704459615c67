import { FileError } from '../../data/file-error.js'
import { short } from '../../data/short.js'
import { classTargetsFor } from '../../data/targets.js'
import type { GraphonChain } from '../../graphon/chain/chain.js'
import { distanceChains } from '../../graphon/distances/chains.js'
import { compareWithEstimate, type LimitAgreement } from '../../graphon/limits/compare.js'
import { predictions, predictMasks } from '../../graphon/limits/predictions.js'
import { contextOfSpec } from '../../network/context.js'
import type { Batch } from '../../network/gradient.js'
import { totalDensity } from '../../network/mask.js'
import type { Network, NetworkSpec } from '../../network/network.js'
import { requireInputs } from '../files/read-network.js'
import { UsageError } from '../files/usage-error.js'
import { aimLines } from '../samples/aim-lines.js'
import { loadData } from '../samples/load-data.js'
import { requireClosedForm, type MadeMasks } from './made-masks.js'

/** The samples that masks were made with, for closed forms that read them. */
export interface PrunedWith {
  readonly data?: string
  readonly samples?: number
  readonly standardize?: boolean
}

/** A closed form that is ready to be evaluated. */
export interface ClosedFormOfMasks {
  readonly masks: MadeMasks
  readonly spec: NetworkSpec
  /** The network before pruning, for forms that read it. */
  readonly network?: Network
  /** The samples that were pruned with, for forms that read them. */
  readonly batch?: Batch
  /** How their targets were read, in lines for people. */
  readonly notes: readonly string[]
}

/** How well a closed form describes one matrix. */
export interface MatrixAgreement extends LimitAgreement {
  /** Rows and columns of the mask. */
  readonly shape: readonly [number, number]
  /** Cut norm of the difference from the estimate. */
  readonly cut: { readonly lower: number; readonly upper: number; readonly exact: boolean }
}

/** The weights before pruning: as the file has them, which must then hold more than those that survived. */
function initialNetwork({ file, checkpoint: { network, masks }, before }: MadeMasks): Network {
  if (before) {
    const { file: weights, checkpoint: given } = before
    const expected = masks.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
    const got = given.masks.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
    if (got !== expected) throw new FileError(weights, `expected matrices ${expected} as ${file} has, got ${got}`)
    if (!given.network) throw new FileError(weights, 'holds masks without weights')
    const density = totalDensity(given.masks)
    if (density < 1) {
      const share = `${short(100 * (1 - density))} % of them pruned (zeros count as pruned, unless --zeros kept)`
      throw new FileError(weights, `expected the weights of a dense network, whose limit is known, got ${share}`)
    }
    return given.network
  }
  const holdsPruned = network?.layers.some(({ weight }, l) => weight.some((w, k) => w !== 0 && masks[l].data[k] === 0))
  if (network && (holdsPruned === true || masks.every(({ kept, data }) => kept === data.length))) return network
  throw new FileError(file, 'holds no weights at pruned places; give those before pruning with --weights')
}

function batchOf(network: Network, { data: source, ...options }: PrunedWith, seed: number) {
  if (source === undefined) throw new UsageError('limit: SNIP’s closed form needs --data, the samples pruned with')
  const data = loadData(source, { ...options, seed, needLabels: true })
  requireInputs(network, data.x.cols, data.name)
  const aim = classTargetsFor(data, network.spec.sizes.at(-1)!)
  return { batch: { x: data.x, targets: aim.targets }, notes: aimLines(data, aim) }
}

/**
 * What the closed form of the masks' method is evaluated at.
 *
 * @throws FileError when no form is known, the weights before pruning are missing or are not those of the masks, or samples do
 *   not fit
 * @throws UsageError when the form reads samples and none are given
 *
 * @example
 * import { applyMasks, createSpec, initialize, networkToTensors, prune } from 'limn'
 * import { closedFormOf, encodeNetwork, readMadeMasks, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [8, 32, 32, 4] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.3, scope: 'layer', seed: 0 })
 * const { tensors, metadata } = networkToTensors(applyMasks(network, masks))
 * writeAtomic('masks.npz', encodeNetwork('masks.npz', { tensors, metadata }))
 * const { spec } = closedFormOf(readMadeMasks('masks.npz', { method: 'random', density: 0.3, scope: 'layer' }))
 * console.log(spec.sizes) // [ 8, 32, 32, 4 ]
 */
export function closedFormOf(masks: MadeMasks, prunedWith: PrunedWith = {}): ClosedFormOfMasks {
  requireClosedForm(masks)
  const { needs } = predictions[masks.method]
  if (needs === 'sizes') return { masks, spec: masks.checkpoint.spec, notes: [] }
  const initial = initialNetwork(masks)
  // Weights from elsewhere may leave open what the masks' file says.
  const { activation } = knownOf(masks)
  const network = { ...initial, spec: { ...initial.spec, ...(activation && { activation }) } }
  const { spec } = network
  if (needs !== 'batch') return { masks, spec, network, notes: [] }
  return { masks, spec, network, ...batchOf(network, prunedWith, masks.seed) }
}

/** What both files say of the network, that of the weights first. */
export const knownOf = ({ checkpoint, before }: MadeMasks) => ({ ...checkpoint.known, ...before?.checkpoint.known })

/**
 * Puts a closed form beside the masks that its method made: distances to their estimate with its noise floor, and the share of
 * the structure that is explained.
 *
 * @param bins bins of each hidden layer
 * @returns `chain`: the prediction, binned as the estimate, with what is known of network and masks
 *
 * @example
 * import { applyMasks, createSpec, initialize, networkToTensors, prune } from 'limn'
 * import { closedFormOf, compareClosedForm, encodeNetwork, readMadeMasks, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [8, 32, 32, 4] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.3, scope: 'layer', seed: 0 })
 * const { tensors, metadata } = networkToTensors(applyMasks(network, masks))
 * writeAtomic('masks.npz', encodeNetwork('masks.npz', { tensors, metadata }))
 * const { matrices } = compareClosedForm(closedFormOf(readMadeMasks('masks.npz', { method: 'random', density: 0.3, scope: 'layer' })), 4)
 * console.log(matrices.length) // 3
 */
export function compareClosedForm(
  { masks: made, spec, network, batch }: ClosedFormOfMasks,
  bins: number,
): { readonly chain: GraphonChain; readonly matrices: readonly MatrixAgreement[] } {
  const { checkpoint, method, density, scope, seed } = made
  const { masks, origin } = checkpoint
  const probabilities = predictMasks(method, {
    spec,
    density,
    scope,
    ...(network && { network }),
    ...(batch && { batch }),
  })
  const { predicted, estimate, agreement } = compareWithEstimate(probabilities, masks, { bins, seed })
  const cuts = distanceChains(predicted, estimate, { norm: 'cut' })
  const matrices = agreement.map((found, l) => {
    const { lower, upper, exact } = cuts[l]
    const { rows, cols } = masks[l]
    return { ...found, shape: [rows, cols] as const, cut: { lower, upper, exact } }
  })
  const chain = {
    ...predicted,
    network: { ...contextOfSpec(spec), activation: knownOf(made).activation },
    origin: { ...origin, method, density, scope },
  }
  return { chain, matrices }
}
