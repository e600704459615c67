import type { PanelEntries } from '../../ntk/kernel-panel.js'

/** A kernel in a file, class after class, of which the upper triangle has been written. */
export interface MirrorInput {
  readonly classes: number
  readonly n: number
  /** Byte at which the first class begins. */
  readonly start: number
  readonly read: (bytes: Uint8Array, at: number) => void
  readonly write: (bytes: Uint8Array, at: number) => void
  /** Bytes for buffers, at least 24 n. */
  readonly memory: number
  /** Takes the upper triangles of pairs of classes, the first and another, columns by columns; of one class, that alone. */
  readonly onColumns: (entries: PanelEntries) => void
  readonly onProgress?: ((share: number) => void) | undefined
}

/** Rows and columns that are transposed at a time: both stay in cache. */
const tile = 32
/** Buffers: columns of the first class and of another, and the same as rows. */
const buffers = 3
/** Beyond this, larger buffers gain nothing. */
const usefulBuffer = 2 ** 25

const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** rows[j, i] = columns[i, j] of `count` × `height` columns. */
function transpose(columns: Float64Array, rows: Float64Array, count: number, height: number): void {
  for (let top = 0; top < count; top += tile) {
    for (let left = 0; left < height; left += tile) {
      const [bottom, right] = [Math.min(count, top + tile), Math.min(height, left + tile)]
      for (let j = left; j < right; j++) {
        for (let i = top; i < bottom; i++) rows[j * count + i] = columns[i * height + j]
      }
    }
  }
}

/**
 * Fills the lower triangles of a kernel in a file with the mirror image of the upper ones, which stay as they are: done twice,
 * it changes nothing.
 *
 * @returns the trace of each class, summed from the first diagonal entry to the last
 */
export function mirrorFile(input: MirrorInput): number[] {
  const { classes, n, start, read, write, memory, onColumns, onProgress } = input
  const most = Math.max(1, Math.min(n, Math.floor(Math.min(memory / buffers, usefulBuffer) / (8 * n))))
  const first = new Float64Array(most * n)
  const other = classes > 1 ? new Float64Array(most * n) : first
  const image = new Float64Array(most * n)
  const trace = Array.from({ length: classes }, () => 0)
  for (let left = 0; left < n; left += most) {
    const height = Math.min(most, n - left)
    const count = left + height
    for (let c = 0; c < classes; c++) {
      const place = (i: number, j: number): number => start + 8 * ((c * n + i) * n + j)
      const columns = (c === 0 ? first : other).subarray(0, count * height)
      for (let i = 0; i < count; i++) {
        // Below the diagonal there is nothing yet, or what a mirror that was interrupted has written.
        const from = Math.max(0, i - left)
        read(bytesOf(columns.subarray(i * height + from, (i + 1) * height)), place(i, left + from))
        for (let j = 0; j < from; j++) columns[i * height + j] = columns[(left + j) * height + from]
      }
      for (let j = 0; j < height; j++) trace[c] += columns[(left + j) * height + j]
      const right = c === 0 ? [columns] : [first.subarray(0, count * height), columns]
      if (c > 0 || classes === 1) onColumns({ right, below: [] })
      const rows = image.subarray(0, height * count)
      transpose(columns, rows, count, height)
      for (let j = 0; j < height; j++) {
        const row = rows.subarray(j * count, j * count + left + j)
        if (row.length > 0) write(bytesOf(row), place(left + j, 0))
      }
      onProgress?.((left * left + (count * count - left * left) * ((c + 1) / classes)) / (n * n))
    }
  }
  return trace
}
