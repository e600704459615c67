import { averageChains } from '../chain/average.js'
import type { GraphonChain } from '../chain/chain.js'
import { distanceChains } from '../distances/chains.js'
import { erdosRenyiMasks } from '../sample/erdos-renyi.js'
import { defaultBins, chainOf, type EstimateOptions } from '../estimate/estimate.js'
import { defaultEstimator } from '../estimate/estimators/estimators.js'
import { NumbersError } from '../../numbers-error.js'

export interface ErdosRenyiOptions extends EstimateOptions {
  /** Density of each of the L + 1 matrices; ⌊density·total + ½⌋ weights are kept in each. */
  readonly densities: readonly number[]
  /** Masks averaged into one estimate. */
  readonly trials: number
  readonly seed: number
}

export interface FloorOptions extends ErdosRenyiOptions {
  /** `[d, n_1, …, n_L, C]` of the two networks compared; d and C must agree. */
  readonly sizesA: readonly number[]
  readonly sizesB: readonly number[]
  /** Independent pairs averaged. Default 3. */
  readonly repeats?: number
}

function checkOptions(caller: string, sizes: readonly number[], { densities, trials }: ErdosRenyiOptions): void {
  if (!(sizes.length >= 2 && sizes.every((n) => Number.isInteger(n) && n > 0))) {
    throw new NumbersError(`${caller}: expected at least two positive integer sizes, got ${sizes.join(', ')}`)
  }
  if (densities.length !== sizes.length - 1) {
    throw new NumbersError(`${caller}: expected ${sizes.length - 1} densities, got ${densities.length}`)
  }
  const wrong = densities.find((density) => !(density >= 0 && density <= 1))
  if (wrong !== undefined) throw new NumbersError(`${caller}: expected densities in [0, 1], got ${wrong}`)
  if (!(Number.isInteger(trials) && trials > 0)) {
    throw new NumbersError(`${caller}: expected a positive integer number of trials, got ${trials}`)
  }
}

/**
 * The estimate that pure noise gives: the mean over trials of chains estimated, sorting included, from Erdős–Rényi masks
 * of the given sizes and numbers of kept weights.
 *
 * @param label tells independent draws under one seed apart
 *
 * @example
 * import { graphonMean } from 'limn'
 * import { erdosRenyiChain } from 'limn/graphon'
 *
 * const { W } = erdosRenyiChain([8, 32, 32, 4], { densities: [0.5, 0.25, 0.5], trials: 2, seed: 1, bins: 4 }, 'noise')
 * console.log(W.map((matrix) => graphonMean(matrix).toFixed(4))) // [ '0.5000', '0.2500', '0.5000' ]
 */
export function erdosRenyiChain(sizes: readonly number[], options: ErdosRenyiOptions, label: string): GraphonChain {
  checkOptions('erdosRenyiChain', sizes, options)
  const { densities, trials, seed, bins = defaultBins, estimator = defaultEstimator } = options
  const chains = Array.from({ length: trials }, (_, trial) => {
    const masks = erdosRenyiMasks(sizes, densities, seed, 'erdos-renyi', label, trial)
    return chainOf(masks, { bins, estimator })
  })
  return averageChains(chains)
}

/**
 * The noise floor of a convergence plot: the L2 distance, per weight matrix, that the same estimator finds between two
 * independent sets of Erdős–Rényi masks with equal densities, of the widths and numbers of trials in question. Both
 * sample one constant graphon, so whatever distance appears is noise and sorting bias; a measured distance says something
 * only in so far as it is above.
 *
 * Unsorted, the floor would be √(σ_a² + σ_b²) with σ = `binNoise` / √trials; sorting by degree changes it, which is why it
 * is simulated.
 *
 * @returns one number per weight matrix, mean over repeats
 * @throws RangeError when sizes, densities or counts are not as described
 *
 * @example
 * import { erdosRenyiFloor } from 'limn/graphon'
 *
 * const options = { densities: [0.5, 0.25, 0.5], trials: 2, seed: 1, bins: 4 }
 * const floor = erdosRenyiFloor({ ...options, sizesA: [8, 32, 32, 4], sizesB: [8, 64, 64, 4], repeats: 3 })
 * console.log(floor.length, floor.every((noise) => noise > 0)) // 3 true
 */
export function erdosRenyiFloor({ sizesA, sizesB, repeats = 3, ...options }: FloorOptions): number[] {
  checkOptions('erdosRenyiFloor', sizesA, options)
  checkOptions('erdosRenyiFloor', sizesB, options)
  if (!(Number.isInteger(repeats) && repeats > 0)) {
    throw new NumbersError(`erdosRenyiFloor: expected a positive integer number of repeats, got ${repeats}`)
  }
  const floor = new Array<number>(options.densities.length).fill(0)
  for (let repeat = 0; repeat < repeats; repeat++) {
    const a = erdosRenyiChain(sizesA, options, `a ${repeat}`)
    const b = erdosRenyiChain(sizesB, options, `b ${repeat}`)
    distanceChains(a, b, { norm: 'l2' }).forEach(({ value }, i) => {
      floor[i] += value / repeats
    })
  }
  return floor
}
