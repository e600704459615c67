/** Pairs of samples in a block: rows `row` … against panels of four samples `panel` …. */
export interface PairBlock {
  readonly row: number
  readonly rows: number
  readonly panel: number
  readonly panels: number
}

/** Samples side by side in a panel. */
export const panelSamples = 4
/** Bytes of a position's numbers in a panel. */
export const panelBytes = 8 * panelSamples

export const panelCount = (n: number): number => Math.ceil(n / panelSamples)

/**
 * Blocks of at most `rows` × `panels` that cover the pairs i < j of n samples with first ≤ i < last, row by row. A block at
 * the diagonal has pairs below it, too.
 */
export function* pairBlocks(
  n: number,
  [first, last]: readonly [number, number],
  [rows, panels]: readonly [number, number],
): Generator<PairBlock> {
  for (let row = first; row < last; row += rows) {
    const from = Math.floor(row / panelSamples)
    const count = panelCount(n) - from
    const pieces = Math.ceil(count / panels)
    for (let k = 0; k < pieces; k++) {
      const [start, end] = [k, k + 1].map((part) => from + Math.floor((part * count) / pieces))
      yield { row, rows: Math.min(rows, last - row), panel: start, panels: end - start }
    }
  }
}
