/** What a block of Θ is made of on its two sides; the same object where the block is on the diagonal. */
export interface Sides<Side> {
  readonly rows: Side
  readonly cols: Side
}

/**
 * A block of Θ for each class, `[classes, rows, cols]`, or crossed for each pair of classes, `[classes, classes, rows, cols]`.
 * On the diagonal only the upper triangle counts.
 */
export interface ThetaBlock {
  readonly classes: number
  readonly crossed?: boolean
  readonly rows: number
  readonly cols: number
  readonly diagonal: boolean
  readonly data: Float64Array
}
