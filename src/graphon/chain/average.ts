import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { NetworkContext } from '../../network/context.js'
import { createChain, type GraphonChain } from './chain.js'
import { samePartition } from './refine.js'
import { NumbersError } from '../../numbers-error.js'

/** The mean chain of several trials, with the spread of its entries. */
export interface AveragedChain extends GraphonChain {
  /** Sample standard deviation (divisor T − 1) of each entry of W; 0 for one trial. */
  readonly sdW: readonly Matrix[]
  /** The same of V, when the chains carry V. */
  readonly sdV?: readonly Matrix[]
  readonly trials: number
}

/** Mean and sample standard deviation of every entry. */
export interface MatrixSpread {
  readonly mean: Matrix
  readonly sd: Matrix
}

/** Mean of equal matrices, and the spread of every entry (divisor T − 1; 0 for one). */
export function meanAndSpread(samples: readonly Matrix[]): MatrixSpread {
  const [{ rows, cols }] = samples
  const T = samples.length
  const mean = matrix(rows, cols)
  for (const { data } of samples) for (let k = 0; k < data.length; k++) mean.data[k] += data[k]
  for (let k = 0; k < mean.data.length; k++) mean.data[k] /= T
  const sd = matrix(rows, cols)
  if (T === 1) return { mean, sd }
  for (const { data } of samples) for (let k = 0; k < data.length; k++) sd.data[k] += (data[k] - mean.data[k]) ** 2
  for (let k = 0; k < sd.data.length; k++) sd.data[k] = Math.sqrt(sd.data[k] / (T - 1))
  return { mean, sd }
}

function checkAlike(first: GraphonChain, other: GraphonChain, trial: number): void {
  const shape = (chain: GraphonChain) => chain.W.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
  if (shape(other) !== shape(first)) {
    throw new NumbersError(`averageChains: expected shapes ${shape(first)} in trial ${trial}, got ${shape(other)}`)
  }
  first.measures.forEach((measure, l) => {
    if (samePartition(measure, other.measures[l])) return
    throw new NumbersError(
      `averageChains: expected the measures of trial 0 for hidden layer ${l + 1} in trial ${trial}`,
    )
  })
  if (Boolean(other.V) !== Boolean(first.V)) {
    throw new NumbersError(`averageChains: expected V in every chain or in none, trial ${trial} differs from trial 0`)
  }
  const network = (chain: GraphonChain) => JSON.stringify({ ...chain.network, biasEnergies: undefined })
  if (network(other) !== network(first)) {
    throw new NumbersError(
      `averageChains: expected one network, ${network(first)}, got ${network(other)} in trial ${trial}`,
    )
  }
}

/** The network of all trials, with the mean size of its biases. */
function commonNetwork(chains: readonly GraphonChain[]): NetworkContext | undefined {
  const networks = chains.map(({ network }) => network)
  const [first] = networks
  if (!first?.biasEnergies) return first
  const biasEnergies = first.biasEnergies.map(
    (_, l) => networks.reduce((sum, network) => sum + (network?.biasEnergies?.[l] ?? NaN), 0) / chains.length,
  )
  return { ...first, biasEnergies }
}

/**
 * Mean chain over trials, with the standard deviation of every entry. Averaging T independent trials divides the noise of
 * a bin by √T; it does not remove the bias of sorting.
 *
 * @throws RangeError when there is no chain, or shapes, measures, networks or the presence of V differ
 *
 * @example
 * import { averageChains, constantChain } from 'limn'
 *
 * const shape = { inputs: 2, classes: 1, hidden: [1] }
 * const { W, sdW, trials } = averageChains([constantChain(shape, 0.2), constantChain(shape, 0.4)])
 * console.log(trials, W[0].data[0].toFixed(2), sdW[0].data[0].toFixed(4)) // 2 0.30 0.1414
 */
export function averageChains(chains: readonly GraphonChain[]): AveragedChain {
  const first = chains.at(0)
  if (!first) throw new NumbersError('averageChains: expected at least one chain, got none')
  chains.forEach((chain, trial) => checkAlike(first, chain, trial))
  const W = first.W.map((_, i) => meanAndSpread(chains.map((chain) => chain.W[i])))
  const V = first.V?.map((_, i) => meanAndSpread(chains.map((chain) => chain.V![i])))
  const means = (spreads: readonly MatrixSpread[]) => spreads.map(({ mean }) => mean)
  const sds = (spreads: readonly MatrixSpread[]) => spreads.map(({ sd }) => sd)
  const network = commonNetwork(chains)
  return {
    ...createChain({ W: means(W), ...(V && { V: means(V) }), measures: first.measures, ...(network && { network }) }),
    sdW: sds(W),
    ...(V && { sdV: sds(V) }),
    trials: chains.length,
  }
}
