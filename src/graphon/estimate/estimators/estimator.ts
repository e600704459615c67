import type { Matrix } from '../../../linalg/matrix.js'
import type { Mask } from '../../../network/mask.js'
import type { GraphonChain } from '../../chain/chain.js'

/** A matrix to estimate from: a mask, a weighted mask, or a mask with some entries held out. */
export type Values = Mask | Matrix

export interface FitOptions {
  /** Most bins per side, or `auto`: the number with the smallest error on held-out entries. */
  readonly bins: number | 'auto'
  /** Seed of held-out entries and of random starts. */
  readonly seed: number
}

export interface ChainInput {
  /** M^1 … M^{L+1}, shapes already checked to chain. */
  readonly masks: readonly Values[]
  /** Most bins per hidden layer. */
  readonly bins: number
  /** Weight energies of the same shapes, when the chain is to carry V. */
  readonly energies?: readonly Matrix[]
  readonly seed: number
}

/** A chain and where it has put the units. */
export interface PlacedChain {
  readonly chain: GraphonChain
  /** `binOf[l - 1][i]`: bin of unit i of hidden layer l. */
  readonly binOf: readonly Int32Array[]
}

/** A step graphon of one matrix by itself, with the measures of its own positions. */
export interface LayerGraphon {
  readonly W: Matrix
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
}

/** An estimator as those see it who use it: what options take, and `defineEstimator` gives. */
export interface GraphonEstimator {
  /** Short and stable: what files, studies and options say. */
  readonly name: string
  /** One sentence for help texts. */
  readonly summary: string
  /** P̂: the estimated probability of every entry of one matrix by itself, `[rows, cols]`, in [0, 1]. */
  probabilities(values: Values, options: FitOptions): Matrix
}

/**
 * A way to guess graphons from finite masks. An estimator is free to choose order, partition and smoothing, as long as
 * `chain` keeps input columns and class rows exact, and shares the positions of each hidden layer between its two sides.
 * The units' indices may decide only ties and which entries are held out, never where a unit is put.
 */
export interface Estimator extends GraphonEstimator {
  /** All matrices with shared positions. */
  chain(input: ChainInput): PlacedChain
  /** One hidden-to-hidden matrix by itself, each side in an order of its own. */
  layer(values: Values, bins: number, seed: number): LayerGraphon
}
