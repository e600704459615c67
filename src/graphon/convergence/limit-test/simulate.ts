import { matrix, type Matrix } from '../../../linalg/matrix.js'
import type { GraphonChain } from '../../chain/chain.js'
import { erdosRenyiMasks } from '../../sample/erdos-renyi.js'
import { chainOf, type EstimateOptions } from '../../estimate/estimate.js'
import { sampleMasks } from '../../sample/sample.js'
import { layerDensity } from './shapes.js'

/** Rounds in which mass that was cut off at 1 is spread over the rest. */
const rounds = 20

/** min(1, c · W) with c such that the mean is the given density, or as near as W ≤ 1 allows. */
function scaledTo(chain: GraphonChain, index: number, density: number): Matrix {
  const { rows, cols, data } = chain.W[index]
  let current = matrix(rows, cols, data.slice())
  for (let round = 0; round < rounds; round++) {
    const W = chain.W.map((m, i) => (i === index ? current : m))
    const mean = layerDensity({ W, measures: chain.measures }, index)
    if (!(mean > 0) || Math.abs(mean - density) <= 1e-9) break
    current = matrix(
      rows,
      cols,
      current.data.map((value) => Math.min(1, (value * density) / mean)),
    )
  }
  return current
}

/**
 * The chain whose samples would be estimated as `found`, to first order: what estimating again adds to `found` is taken off
 * once (the bootstrap's correction of bias), within [0, 1].
 *
 * @param again the mean estimate from samples of `found`, with the same bins
 */
export function withoutBias(found: GraphonChain, again: GraphonChain): GraphonChain {
  const W = found.W.map(({ rows, cols, data }, i) =>
    matrix(
      rows,
      cols,
      data.map((value, k) => Math.min(1, Math.max(0, 2 * value - again.W[i].data[k]))),
    ),
  )
  return { W, measures: found.measures }
}

/**
 * What the same estimator finds in masks drawn from one chain at another width: noise, and the bias of sorting.
 *
 * @param sizes of the simulated network, inputs and classes as the chain's
 * @param densities of each matrix; the chain is scaled to them
 */
export function simulateChains(
  chain: GraphonChain,
  sizes: readonly number[],
  densities: readonly number[],
  trials: number,
  options: EstimateOptions,
  seeds: (trial: number) => number,
): GraphonChain[] {
  const scaled: GraphonChain = {
    W: chain.W.map((_, i) => scaledTo(chain, i, densities[i])),
    measures: chain.measures,
  }
  return Array.from({ length: trials }, (_, trial) =>
    chainOf(sampleMasks(scaled, sizes.slice(1, -1), seeds(trial)), options),
  )
}

/** The same for a constant chain with as many weights kept: the Erdős–Rényi null. */
export function simulateNull(
  sizes: readonly number[],
  densities: readonly number[],
  trials: number,
  options: EstimateOptions,
  seed: number,
): GraphonChain[] {
  return Array.from({ length: trials }, (_, trial) =>
    chainOf(erdosRenyiMasks(sizes, densities, seed, 'null', trial), options),
  )
}
