import type { Matrix } from '../../linalg/matrix.js'

/** Hidden-to-hidden step graphons, each matrix sorted by itself: they share measures, not positions. Not a chain. */
export interface GraphonLayers {
  /** `index` i = 1 … L − 1 names the matrix as a chain file does: `W<i>`, between hidden layers i and i + 1. */
  readonly matrices: readonly { readonly index: number; readonly W: Matrix }[]
  /** `measures[l - 1]`: bin measures of hidden layer l = 1 … L. */
  readonly measures: readonly Float64Array[]
}

/** The step graphon of one matrix by itself. */
export interface GraphonMatrix {
  readonly W: Matrix
  /** Weight energies of the same bins. */
  readonly V?: Matrix
  /** Bin measures of the rows, where these are hidden units; absent where every row is a coordinate of its own. */
  readonly rowMeasure?: Float64Array
  /** Bin measures of the columns, where these are hidden units. */
  readonly colMeasure?: Float64Array
}
