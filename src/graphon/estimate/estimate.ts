import type { Matrix } from '../../linalg/matrix.js'
import { columnDegrees, rowDegrees, totalDensity, type Mask } from '../../network/mask.js'
import { pathWarnings } from '../../network/paths.js'
import type { GraphonLayers } from '../chain/layers.js'
import { checkChained } from './fit/align.js'
import type { GraphonChain } from '../chain/chain.js'
import type { PlacedChain } from './estimators/estimator.js'
import { auto, bestForMatrix, chainEntries } from './estimators/auto.js'
import {
  defaultEstimator,
  estimatorName,
  estimatorOf,
  type EstimatorChoice,
  type EstimatorName,
} from './estimators/estimators.js'
import { binNoise } from './bin-noise.js'
import { isUnresolved } from './unresolved.js'
import { NumbersError } from '../../numbers-error.js'

export interface EstimateOptions {
  /** Most bins per hidden layer; a layer with fewer units has one bin per unit. Default 64. */
  readonly bins?: number
  /** A name in the table `estimatorNames`, or one of one's own: see `defineEstimator`. Default `histogram`. */
  readonly estimator?: EstimatorChoice
  /** Seed of held-out entries and random starts, for the estimators that have any. Default 0. */
  readonly seed?: number
}

/** What should be known before trusting an estimate. */
export interface EstimateWarning {
  readonly kind: 'few-units-per-bin' | 'dead-units' | 'empty-matrix' | 'no-path' | 'unresolved-structure'
  /** Hidden layer 1 … L, or weight matrix 1 … L + 1 for `empty-matrix`, `no-path` (the last) and `unresolved-structure`. */
  readonly layer: number
  /** One sentence for people. */
  readonly message: string
}

export interface ChainOptions extends EstimateOptions {
  /** Weight energies per matrix, `[out, in]` (see `weightEnergies`): the chain then carries V. */
  readonly energies?: readonly Matrix[]
}

export interface ChainEstimate {
  readonly chain: GraphonChain
  readonly warnings: readonly EstimateWarning[]
}

export interface LayersEstimate {
  readonly layers: GraphonLayers
  /** Of each matrix: what `auto` came to, else the one that was asked for. */
  readonly estimators: readonly string[]
  readonly warnings: readonly EstimateWarning[]
}

export const defaultBins = 64

/** Below this many units per bin a bin of a hidden-to-hidden matrix has fewer than 16 entries. */
export const fewUnitsPerBin = 4

function checkBins(caller: string, bins: number): void {
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new NumbersError(`${caller}: expected a positive integer number of bins, got ${bins}`)
  }
}

function coarseWarnings(masks: readonly Mask[], bins: number): EstimateWarning[] {
  const density = totalDensity(masks)
  return masks.slice(0, -1).flatMap(({ rows }, l) => {
    const perBin = rows / bins
    // A single bin is as coarse as it gets.
    if (perBin >= fewUnitsPerBin || Math.min(rows, bins) === 1) return []
    const most = Math.max(1, Math.floor(rows / fewUnitsPerBin))
    const noise = binNoise(density, Math.max(1, perBin)).toPrecision(2)
    const message = `hidden layer ${l + 1}: ${rows} units for ${bins} bins are fewer than ${fewUnitsPerBin} per bin; expect noise near ${noise} in each bin at density ${density.toPrecision(2)}, or use at most ${most} ${most === 1 ? 'bin' : 'bins'}`
    return [{ kind: 'few-units-per-bin', layer: l + 1, message } as const]
  })
}

/** Units without incoming or without outgoing weights: they carry no signal, and an estimate near 0 there is no smooth limit. */
function deadWarnings(masks: readonly Mask[]): EstimateWarning[] {
  const empty = masks.flatMap(({ kept }, i) =>
    kept > 0
      ? []
      : [
          {
            kind: 'empty-matrix',
            layer: i + 1,
            message: `weight matrix ${i + 1}: no weight is kept, so that the output no longer depends on the input`,
          } as const,
        ],
  )
  const dead = masks.slice(1).flatMap((next, l) => {
    const [fanIn, fanOut] = [rowDegrees(masks[l]), columnDegrees(next)]
    const count = fanIn.reduce((sum, degree, i) => sum + (degree === 0 || fanOut[i] === 0 ? 1 : 0), 0)
    if (count === 0 || masks[l].kept === 0 || next.kept === 0) return []
    const message = `hidden layer ${l + 1}: ${count} of ${next.cols} units are dead, without incoming or without outgoing weights`
    return [{ kind: 'dead-units', layer: l + 1, message } as const]
  })
  const paths = empty.length > 0 ? [] : pathWarnings(masks)
  const cut = paths.map((message) => ({ kind: 'no-path', layer: masks.length, message }) as const)
  return [...empty, ...cut, ...dead]
}

/** Estimators that find structure which degrees do not show. */
const finders = ['aligned', 'block-model'] as const satisfies readonly EstimatorName[]

/** Matrices whose bins average structure away, for want of an order that shows it. */
function unresolvedWarnings(
  masks: readonly Mask[],
  placed: PlacedChain,
  { estimator, seed }: { readonly estimator: string; readonly seed: number },
): EstimateWarning[] {
  const entries = chainEntries(placed)
  return masks.flatMap((mask, i) => {
    if (!isUnresolved(mask, entries[i], seed)) return []
    const others = finders.filter((name) => name !== estimator).join(' or ')
    const message = `weight matrix ${i + 1}: its bins average away structure that the order of ${estimator} does not show; try the estimator ${others}, or more bins`
    return [{ kind: 'unresolved-structure', layer: i + 1, message } as const]
  })
}

function placedChain(masks: readonly Mask[], options: ChainOptions): PlacedChain {
  const { bins = defaultBins, estimator = defaultEstimator, seed = 0, energies } = options
  checkChained('estimateChain', masks)
  checkBins('estimateChain', bins)
  if (energies && energies.length !== masks.length) {
    throw new NumbersError(`estimateChain: expected ${masks.length} energy matrices, got ${energies.length}`)
  }
  energies?.forEach(({ rows, cols }, i) => {
    if (rows === masks[i].rows && cols === masks[i].cols) return
    const expected = `${masks[i].rows} × ${masks[i].cols}`
    throw new NumbersError(`estimateChain: expected energies ${expected} for matrix ${i + 1}, got ${rows} × ${cols}`)
  })
  return (estimatorOf(estimator) ?? auto).chain({ masks, bins, seed, ...(energies && { energies }) })
}

/**
 * Estimates the graphon chain of a pruned network: hidden units sorted once and that order used on both sides, each
 * hidden layer cut into bins, input columns and class rows exact and unsorted.
 *
 * @param masks M^1 … M^{L+1}, `[out, in]` each
 * @returns W0 `[K1, d]`, …, WL `[C, KL]`, the same for V when energies are given, and the measures of the hidden layers
 * @throws RangeError when shapes do not chain, energies differ in shape from the masks, or bins or estimator are unknown
 *
 * @example
 * import { createSpec, estimateChain, initialize, pathDensity, prune } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [6, 16, 16, 3] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.5, scope: 'layer', seed: 0 })
 * const { chain } = estimateChain(masks, { bins: 4 })
 * console.log(chain.W.map(({ rows, cols }) => `${rows} × ${cols}`), pathDensity(chain).mean > 0)
 * // [ '4 × 6', '4 × 4', '3 × 4' ] true
 */
export function estimateChain(masks: readonly Mask[], options: ChainOptions = {}): ChainEstimate {
  const placed = placedChain(masks, options)
  const { bins = defaultBins, estimator = defaultEstimator, seed = 0 } = options
  const unresolved = unresolvedWarnings(masks, placed, { estimator: estimatorName(estimator), seed })
  return { chain: placed.chain, warnings: [...coarseWarnings(masks, bins), ...deadWarnings(masks), ...unresolved] }
}

/**
 * The chain of {@link estimateChain} without its warnings, which take longer to find than a histogram: for many trials.
 *
 * @throws RangeError as `estimateChain` does
 *
 * @example
 * import { chainOf, createSpec, initialize, prune } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [6, 16, 16, 3] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.5, scope: 'layer', seed: 0 })
 * const { W } = chainOf(masks, { bins: 4 })
 * console.log(W.map(({ rows, cols }) => `${rows} × ${cols}`)) // [ '4 × 6', '4 × 4', '3 × 4' ]
 */
export function chainOf(masks: readonly Mask[], options: ChainOptions = {}): GraphonChain {
  return placedChain(masks, options).chain
}

/**
 * Estimates every hidden-to-hidden matrix by itself: rows sorted by row degree and columns by column degree, largest
 * first, ties by index. This is how the paper draws graphons; a kernel needs {@link estimateChain}.
 *
 * @param masks M^1 … M^{L+1} of the whole network
 * @throws RangeError when shapes do not chain or there are fewer than two hidden layers
 *
 * @example
 * import { createSpec, estimateLayers, initialize, prune } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [6, 16, 16, 3] }), 1)
 * const { masks } = prune(network, { method: 'random', density: 0.5, scope: 'layer', seed: 0 })
 * const { layers } = estimateLayers(masks, { bins: 4 })
 * // Hidden-to-hidden matrices alone: the second of three.
 * console.log(layers.matrices.map(({ index, W }) => `${index}: ${W.rows} × ${W.cols}`)) // [ '1: 4 × 4' ]
 */
export function estimateLayers(masks: readonly Mask[], options: EstimateOptions = {}): LayersEstimate {
  const { bins = defaultBins, estimator = defaultEstimator, seed = 0 } = options
  checkChained('estimateLayers', masks)
  checkBins('estimateLayers', bins)
  if (masks.length < 3) {
    throw new NumbersError(
      `estimateLayers: expected at least 2 hidden layers, got ${masks.length - 1}; align: chain covers every network`,
    )
  }
  const between = masks.slice(1, -1)
  const method = estimatorOf(estimator)
  const found = between.map((mask) => method ?? bestForMatrix(mask, seed).candidate)
  const inner = between.map((mask, i) => found[i].layer(mask, bins, seed))
  return {
    layers: {
      matrices: inner.map(({ W }, i) => ({ index: i + 1, W })),
      measures: [inner[0].colMeasure, ...inner.map(({ rowMeasure }) => rowMeasure)],
    },
    estimators: found.map(({ name }) => name),
    warnings: [...coarseWarnings(masks, bins), ...deadWarnings(masks)],
  }
}
