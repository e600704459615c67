/** A tile of sample pairs: at most `width` of them, as runs (i, j0), (i, j0 + 1), … side by side. */
export interface PairTile {
  readonly count: number
  /** Four numbers for each run: i, j0, length, first column. */
  readonly segments: Int32Array
}

/** The pairs i < j of n samples with first ≤ i < last, row by row, in tiles. */
export function* offDiagonalTiles(n: number, width: number, first = 0, last = n): Generator<PairTile> {
  let segments: number[] = []
  let count = 0
  for (let i = first; i < last; i++) {
    for (let j = i + 1; j < n;) {
      const length = Math.min(n - j, width - count)
      segments.push(i, j, length, count)
      count += length
      j += length
      if (count === width) {
        yield { count, segments: Int32Array.from(segments) }
        segments = []
        count = 0
      }
    }
  }
  if (count > 0) yield { count, segments: Int32Array.from(segments) }
}

/** The pairs (i, i) of n samples, in tiles. */
export function* diagonalTiles(n: number, width: number): Generator<PairTile> {
  for (let first = 0; first < n; first += width) {
    const count = Math.min(width, n - first)
    yield {
      count,
      segments: Int32Array.from(
        { length: 4 * count },
        (_, k) => [first + (k >> 2), first + (k >> 2), 1, k >> 2][k & 3],
      ),
    }
  }
}
