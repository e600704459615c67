/** What a block of Θ is made of on its two sides; the same object where the block is on the diagonal. */
export interface Sides<Side> {
  readonly rows: Side
  readonly cols: Side
}

/**
 * A block of Θ: for each pair of samples its classes, `[rows, cols, classes]`, or crossed its pairs of classes,
 * `[rows, cols, classes, classes]`. On the diagonal only the upper triangle counts.
 */
export interface ThetaBlock {
  readonly classes: number
  readonly crossed?: boolean
  readonly rows: number
  readonly cols: number
  readonly diagonal: boolean
  readonly data: Float64Array
}

/** Numbers that a block holds for each pair of samples. */
export function cellOf({ classes, crossed = false }: Pick<ThetaBlock, 'classes' | 'crossed'>): number {
  return crossed ? classes ** 2 : classes
}

/** Columns that are turned together, so that what is read stays in cache. */
const columnRun = 8

/**
 * Row i of a block, turned: `visit` is given each class or pair of classes with the place in `data` of column `first`, the
 * distance from one column to the next, and up to which column they go. Columns come in runs.
 */
export function forTurnedRow(
  block: ThetaBlock,
  i: number,
  visit: (place: number, first: number, end: number, at: number, step: number) => void,
): void {
  const step = cellOf(block)
  for (let first = block.diagonal ? i : 0; first < block.cols; first += columnRun) {
    const end = Math.min(block.cols, first + columnRun)
    for (let place = 0; place < step; place++) visit(place, first, end, (i * block.cols + first) * step + place, step)
  }
}
