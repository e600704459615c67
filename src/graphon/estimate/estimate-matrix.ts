import { filled, type Matrix } from '../../linalg/matrix.js'
import { denseMask, type Mask } from '../../network/mask.js'
import {
  halvedEntries,
  measureRisk,
  nullError,
  tunedBins,
  type AssessOptions,
  type Assessment,
  type Fit,
} from './assess.js'
import { defaultBins } from './estimate.js'
import { bestForChain, chainEntries } from './estimators/auto.js'
import type { PlacedChain, Values } from './estimators/estimator.js'
import { defaultEstimator, estimatorOf } from './estimators/estimators.js'
import type { GraphonMatrix } from '../chain/layers.js'
import { emptySides, fewUnits, type MatrixWarning } from './matrix-warnings.js'
import { NumbersError } from '../../numbers-error.js'

/** What a side of a matrix is: `hidden` units, which have no order of their own and are binned, or `exact` coordinates. */
export const axisKinds = ['hidden', 'exact'] as const

export type AxisKind = (typeof axisKinds)[number]

/** The sides of a matrix. */
export interface MatrixAxes {
  /** Of the inputs, the columns. */
  readonly into: AxisKind
  /** Of the outputs, the rows. */
  readonly out: AxisKind
}

export interface MatrixOptions extends Omit<AssessOptions, 'energies'> {
  /** Default: both `hidden`. */
  readonly axes?: MatrixAxes
  /** Weight energies `[out, in]` (see `weightEnergies`): the estimate then has V. */
  readonly energies?: Matrix
}

export interface MatrixEstimate extends GraphonMatrix {
  /** What `auto` came to, or what was asked for. */
  readonly estimator: string
  readonly bins: number
  readonly warnings: readonly MatrixWarning[]
}

/** A matrix as part of the shortest chain in which its hidden sides are hidden layers, with dense matrices at their other ends. */
function inChain({ into, out }: MatrixAxes) {
  const [before, after] = [into === 'hidden', out === 'hidden']
  const ends = <Value extends Values>(values: Value, dense: (rows: number, cols: number) => Value): Value[] => [
    ...(before ? [dense(values.cols, 1)] : []),
    values,
    ...(after ? [dense(1, values.rows)] : []),
  ]
  return {
    at: before ? 1 : 0,
    masks: (values: Values) => ends(values, denseMask),
    energies: (values: Matrix) => ends(values, (rows, cols) => filled(rows, cols, 1)),
  }
}

function methodOf(mask: Mask, { axes = { into: 'hidden', out: 'hidden' }, ...options }: MatrixOptions) {
  const { seed = 0, bins = defaultBins, estimator: asked = defaultEstimator } = options
  if (axes.into === 'exact' && axes.out === 'exact') {
    throw new NumbersError('estimateMatrix: expected a hidden side, got two exact ones, where the mask is all there is')
  }
  if (bins !== 'auto' && !(Number.isInteger(bins) && bins > 0)) {
    throw new NumbersError(`estimateMatrix: expected a positive integer number of bins, got ${bins}`)
  }
  const method = estimatorOf(asked)
  const { at, masks, energies } = inChain(axes)
  const startBins = bins === 'auto' ? defaultBins : bins
  const estimator = method ?? bestForChain({ masks: masks(mask), bins: startBins, seed })
  const place = (values: Values, K: number, V?: Matrix): PlacedChain =>
    estimator.chain({ masks: masks(values), bins: K, seed, ...(V && { energies: energies(V) }) })
  const fit: Fit = ([values], K) => [chainEntries(place(values, K))[at]]
  const widths = [...(axes.into === 'hidden' ? [mask.cols] : []), ...(axes.out === 'hidden' ? [mask.rows] : [])]
  const K = bins === 'auto' ? tunedBins([mask], widths, fit, seed) : bins
  return { axes, at, seed, estimator: estimator.name, bins: K, place, fit }
}

function estimateBy(
  mask: Mask,
  { axes, at, estimator, bins, place }: ReturnType<typeof methodOf>,
  energies: Matrix | undefined,
): MatrixEstimate {
  const { W, V, measures } = place(mask, bins, energies).chain
  const [rows, cols] = [axes.out === 'hidden', axes.into === 'hidden']
  const sides = [rows ? W[at].rows : 1, cols ? W[at].cols : 1] as const
  return {
    W: W[at],
    ...(V && { V: V[at] }),
    ...(rows && { rowMeasure: measures[measures.length - 1] }),
    ...(cols && { colMeasure: measures[0] }),
    estimator,
    bins,
    warnings: [...fewUnits(mask, sides), ...emptySides(mask, 'the mask')],
  }
}

/**
 * The step graphon of one weight matrix by itself: sides of hidden units are sorted and binned, each in an order of its own,
 * exact sides stay as they are. It is what `estimateChain` makes of the matrix in a chain whose other matrices are dense, and so
 * say nothing of the order of units.
 *
 * @throws RangeError when both sides are exact, so that nothing is left to estimate, or bins or estimator are unknown
 * @example
 * import { denseMask, estimateMatrix } from 'limn'
 *
 * const { W } = estimateMatrix(denseMask(16, 16), { bins: 4 })
 * console.log(W.rows, W.cols, W.data[0]) // 4 4 1
 */
export function estimateMatrix(mask: Mask, options: MatrixOptions = {}): MatrixEstimate {
  return estimateBy(mask, methodOf(mask, options), options.energies)
}

/**
 * {@link estimateMatrix} with its error on held-out entries and the errors that chance alone makes, as in `assessChain`.
 *
 * @example
 * import { constantChain, sampleMasks } from 'limn'
 * import { assessMatrix } from 'limn/graphon'
 *
 * const chain = constantChain({ inputs: 8, classes: 4, hidden: [1, 1] }, 0.3)
 * const [, mask] = sampleMasks(chain, [64, 64], 1)
 * const { W, risk } = assessMatrix(mask, { bins: 4 })
 * console.log(`${W.rows} × ${W.cols}`, risk.heldOut > 0) // 4 × 4 true
 */
export function assessMatrix(
  mask: Mask,
  options: MatrixOptions = {},
): MatrixEstimate & Pick<Assessment, 'risk' | 'noise'> {
  const method = methodOf(mask, options)
  const { fit, bins, seed } = method
  return {
    ...estimateBy(mask, method, options.energies),
    risk: measureRisk([mask], fit, bins, seed),
    noise: {
      erdosRenyi: nullError([mask], fit, bins, seed),
      splitHalf: halvedEntries([mask], fit, bins, seed),
      halves: 'entries',
    },
  }
}
