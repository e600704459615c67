import { tileWidth, type SymmetricTiles } from '../linalg/symmetric-operator.js'

/** Rows first … last − 1 of a symmetric matrix, from the diagonal on. */
export interface RowRange {
  readonly first: number
  readonly last: number
}

/** Entries of a panel, 64 MiB, where one column tile is not larger. */
const panelEntries = 2 ** 23

/** The column tiles of a range of rows, mirrored: where each begins, how wide it is, and where it is among the range's entries. */
function columnTiles(n: number, { first, last }: RowRange) {
  const found: { readonly left: number; readonly width: number; readonly at: number }[] = []
  let at = 0
  for (let left = first; left < last; left += tileWidth) {
    const width = Math.min(tileWidth, last - left)
    found.push({ left, width, at })
    at += width * (n - left)
  }
  return { tiles: found, length: at }
}

/**
 * Cuts the rows of a symmetric n × n matrix into panels that are computed and kept one by one: whole column tiles, up to 64 MiB
 * of them where one is not larger. Together they hold every pair once.
 */
export function panelRanges(n: number, entries = panelEntries): RowRange[] {
  const found: RowRange[] = []
  for (let first = 0; first < n;) {
    let last = Math.min(n, first + tileWidth)
    while (last < n && columnTiles(n, { first, last: Math.min(n, last + tileWidth) }).length <= entries) {
      last = Math.min(n, last + tileWidth)
    }
    found.push({ first, last })
    first = last
  }
  return found
}

/** Numbers that {@link packPanel} gives. */
export const packedLength = (n: number, range: RowRange): number => columnTiles(n, range).length

/**
 * A panel as the column tiles that products go through ({@link SymmetricTiles}), one after the other.
 *
 * @param right `[last − first, n − first]`: the rows from the diagonal on, the leading square whole
 */
export function packPanel(n: number, range: RowRange, right: Float64Array): Float64Array {
  const { tiles, length } = columnTiles(n, range)
  const packed = new Float64Array(length)
  const stride = n - range.first
  for (const { left, width, at } of tiles) {
    for (let c = 0; c < width; c++) {
      const row = (left - range.first + c) * stride - range.first
      for (let i = left, to = at + c; i < n; i++, to += width) packed[to] = right[row + i]
    }
  }
  return packed
}

/** {@link packPanel} undone. */
export function unpackPanel(n: number, range: RowRange, packed: Float64Array): Float64Array {
  const { tiles } = columnTiles(n, range)
  const stride = n - range.first
  const right = new Float64Array((range.last - range.first) * stride)
  for (const { left, width, at } of tiles) {
    for (let c = 0; c < width; c++) {
      const row = (left - range.first + c) * stride - range.first
      for (let i = left, from = at + c; i < n; i++, from += width) {
        right[row + i] = packed[from]
        // What lies left of the tile's square, in the panel's.
        if (i < range.last) right[(i - range.first) * stride + left + c - range.first] = packed[from]
      }
    }
  }
  return right
}

/** Reads entries of a packed panel, from one on. */
export type ReadEntries = (into: Float64Array, from: number) => void

/**
 * A symmetric matrix whose packed panels are read when they are needed.
 *
 * @param readers of the panels of {@link panelRanges}, in order
 * @param largest max |a_ij|
 */
export function panelTiles(
  n: number,
  ranges: readonly RowRange[],
  readers: readonly ReadEntries[],
  largest: number,
): SymmetricTiles {
  const places = ranges.flatMap((range, p) => columnTiles(n, range).tiles.map(({ at }) => ({ read: readers[p], at })))
  return { n, largest, read: (t, into) => places[t].read(into, places[t].at) }
}
