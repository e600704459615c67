import type { Matrix } from '../../linalg/matrix.js'
import type { Mask } from '../../network/mask.js'
import type { GraphonChain } from '../chain.js'

export interface ChainInput {
  /** M^1 … M^{L+1}, shapes already checked to chain. */
  readonly masks: readonly Mask[]
  /** Most bins per hidden layer. */
  readonly bins: number
  /** Weight energies of the same shapes, when the chain is to carry V. */
  readonly energies?: readonly Matrix[]
}

/** A step graphon of one matrix by itself, with the measures of its own positions. */
export interface LayerGraphon {
  readonly W: Matrix
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
}

/**
 * A way to guess graphons from finite masks. An estimator is free to choose order, partition and smoothing, as long as
 * `chain` keeps input columns and class rows exact, and shares the positions of each hidden layer between its two sides.
 */
export interface Estimator {
  /** One sentence for help texts. */
  readonly summary: string
  /** All matrices with shared positions. */
  chain(input: ChainInput): GraphonChain
  /** One hidden-to-hidden matrix by itself, each side in an order of its own. */
  layer(mask: Mask, bins: number): LayerGraphon
}
