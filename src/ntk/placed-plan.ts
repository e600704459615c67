import type { Pointer } from '../linalg/kernels.js'
import type { RecursionLayer } from './recursion-layer.js'

/** A matrix in kernel memory, its rows packed for products. */
export interface Factor {
  readonly at: Pointer
  readonly rows: number
  readonly cols: number
}

/** A matrix of weights, whole or as two factors, the right one first. */
export type Applied = readonly Factor[]

/** The samples of one layout in kernel memory. */
export interface PlacedSamples {
  readonly panels: Pointer
  /** Columns of the panels. */
  readonly live: number
  readonly route: 'rows' | 'blocks'
  /** How many there are, and panels of four of them. */
  readonly count: number
  readonly columns: number
}

/** Weights that are not zero in kernel memory: how many there are before each row, their columns, and themselves. */
export type SparsePlace = readonly [starts: Pointer, columns: Pointer, values: Pointer]

/** A {@link GramChunk} in kernel memory. */
export interface PlacedChunk {
  readonly basis: Pointer
  readonly offsets: Pointer
  readonly rows: number
  readonly at: number
  /** Where most weights are zero: the others by rows, as the kernels take them. */
  readonly sparse: SparsePlace | undefined
}

/** What biases add below a later matrix. */
export type LayerBias = Pick<RecursionLayer, 'biasVariance' | 'biasTangent'>

/** A later matrix in kernel memory; `own` is times `ownScale` where it is `propagate`. */
export interface PlacedLayer extends LayerBias {
  readonly propagate: Applied
  readonly own: Applied
  readonly ownScale: number
}

/** A plan's matrices in kernel memory. */
export interface PlacedPlan {
  readonly positions: readonly number[]
  readonly chunks: readonly PlacedChunk[]
  readonly expansion: { readonly at: number; readonly left: Factor } | undefined
  readonly propagateRows: readonly [Pointer, Pointer]
  readonly ownRows: readonly [Pointer, Pointer]
  readonly weights: readonly PlacedLayer[]
  /** What biases add to K and Θ of the first layer. */
  readonly firstBias: LayerBias
  /** Of each hidden layer: variances and their roots, `[panel][position][8]`. */
  readonly tables: readonly Pointer[]
  /** Rows of panels that products need between two factors, or between the first layer's Grams and its rows. */
  readonly middleRows: number
}
