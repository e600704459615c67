import type { Matrix } from '../../linalg/matrix.js'
import { createMask, type Mask } from '../../network/mask.js'
import { randomStream } from '../../random/random.js'
import { checkChained, hiddenOrder } from '../estimate/fit/align.js'
import { chainInOrders } from '../estimate/fit/binning.js'
import type { GraphonChain } from '../chain/chain.js'
import { constantShape, layerDensity, matrixVectors } from '../convergence/limit-test/shapes.js'
import { NumbersError } from '../../numbers-error.js'

/** How well a prediction describes the masks, for one matrix; distances in L2. */
export interface LimitAgreement {
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  readonly predictedDensity: number
  readonly density: number
  /** Between the prediction and the estimate, binned alike. */
  readonly distance: number
  /** The same for masks drawn from the prediction: noise, and the bias of sorting by one's own degrees. */
  readonly floor: number
  /** From the estimate to its own mean: all that there is to explain. */
  readonly structure: number
  /**
   * 1 − (distance² − floor²) / (structure² − floor²): 1 when only noise is left, 0 or less when a constant does as well; null
   * when structure² is less than twice floor², because the share of so little says nothing.
   */
  readonly explained: number | null
}

export interface CompareOptions {
  /** Bins of each hidden layer. */
  readonly bins: number
  readonly seed: number
  /** Simulated networks for the floor. Default 4. */
  readonly simulations?: number
}

export interface Comparison {
  readonly predicted: GraphonChain
  readonly estimate: GraphonChain
  readonly agreement: readonly LimitAgreement[]
}

/** Structure below this is rounding: 1e-12 in L². */
const rounding = 1e-24

function squared(a: GraphonChain, b: GraphonChain, index: number): number {
  const { a: x, b: y } = matrixVectors([a], [b], index)
  return x[0].reduce((sum, value, k) => sum + (value - y[0][k]) ** 2, 0)
}

function fromMean(chain: GraphonChain, index: number): number {
  const { a } = matrixVectors([chain], [chain], index)
  const ones = constantShape(chain, index)
  const mean = layerDensity(chain, index)
  return a[0].reduce((sum, value, k) => sum + (value - mean * ones[k]) ** 2, 0)
}

/** Both chains in the order of the masks' degrees. */
function binnedAlike(probabilities: readonly Matrix[], masks: readonly Mask[], bins: number) {
  const orders = hiddenOrder(masks)
  return {
    predicted: chainInOrders(probabilities, orders, { bins }).chain,
    estimate: chainInOrders(masks, orders, { bins }).chain,
  }
}

function drawn(probabilities: readonly Matrix[], seed: number, simulation: number): Mask[] {
  return probabilities.map(({ rows, cols, data }, l) => {
    const random = randomStream(seed, 'predicted mask', simulation, l)
    const mask = new Uint8Array(data.length)
    for (let k = 0; k < mask.length; k++) if (random.uniform() < data[k]) mask[k] = 1
    return createMask(rows, cols, mask)
  })
}

/**
 * Puts predicted probabilities of all weights beside the masks that pruning really gave: hidden units in the order of the
 * masks' degrees, the same bins for both, inputs and classes exact.
 *
 * @param probabilities `[out, in]` per matrix, in the masks' unit order
 * @throws RangeError when shapes differ or do not chain, or counts are not positive integers
 *
 * @example
 * import { createSpec, initialize, prune } from 'limn'
 * import { compareWithEstimate, predictMasks } from 'limn/graphon'
 *
 * const spec = createSpec({ sizes: [8, 32, 32, 4] })
 * const density = 0.3
 * const { masks } = prune(initialize(spec, 1), { method: 'random', density, scope: 'layer', seed: 0 })
 * const probabilities = predictMasks('random', { spec, density, scope: 'layer' })
 * const { agreement } = compareWithEstimate(probabilities, masks, { bins: 4, seed: 1, simulations: 3 })
 * console.log(agreement.length) // 3
 */
export function compareWithEstimate(
  probabilities: readonly Matrix[],
  masks: readonly Mask[],
  { bins, seed, simulations = 4 }: CompareOptions,
): Comparison {
  checkChained('compareWithEstimate', masks)
  if (probabilities.length !== masks.length) {
    throw new NumbersError(`compareWithEstimate: expected ${masks.length} matrices, got ${probabilities.length}`)
  }
  probabilities.forEach(({ rows, cols }, l) => {
    if (rows === masks[l].rows && cols === masks[l].cols) return
    const expected = `${masks[l].rows} × ${masks[l].cols}`
    throw new NumbersError(`compareWithEstimate: expected ${expected} for matrix ${l + 1}, got ${rows} × ${cols}`)
  })
  for (const count of [bins, simulations]) {
    if (Number.isInteger(count) && count > 0) continue
    throw new NumbersError(`compareWithEstimate: expected positive integers for bins and simulations, got ${count}`)
  }
  const found = binnedAlike(probabilities, masks, bins)
  const floors = masks.map(() => 0)
  for (let simulation = 0; simulation < simulations; simulation++) {
    const simulated = binnedAlike(probabilities, drawn(probabilities, seed, simulation), bins)
    floors.forEach((_, l) => (floors[l] += squared(simulated.predicted, simulated.estimate, l) / simulations))
  }
  const agreement = masks.map((_, l): LimitAgreement => {
    const distance = squared(found.predicted, found.estimate, l)
    const structure = fromMean(found.estimate, l)
    const there = structure - floors[l]
    return {
      matrix: l + 1,
      predictedDensity: layerDensity(found.predicted, l),
      density: layerDensity(found.estimate, l),
      distance: Math.sqrt(distance),
      floor: Math.sqrt(floors[l]),
      structure: Math.sqrt(structure),
      explained: structure > Math.max(2 * floors[l], rounding) ? Math.min(1, 1 - (distance - floors[l]) / there) : null,
    }
  })
  return { ...found, agreement }
}
