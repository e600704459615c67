import type { Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'

/** How the kernels cut this many rows of weights into groups that fill their registers; the last one may be padded. */
export function rowGroups(kernels: Kernels, rows: number): number[] {
  const groups: number[] = []
  for (let left = rows; left > 0;) {
    const size = kernels.call.rowGroup(left)
    groups.push(size)
    left -= size
  }
  return groups
}

/** Rows of a panel that a product with this many rows of weights writes. */
export function packedRows(kernels: Kernels, rows: number): number {
  return rowGroups(kernels, rows).reduce((sum, size) => sum + size, 0)
}

/** A matrix as the left factor of the kernels' products: [column][row of the group], one group after the other. */
export function packRows(kernels: Kernels, { rows, cols, data }: Matrix): Float64Array {
  const groups = rowGroups(kernels, rows)
  const result = new Float64Array(groups.reduce((sum, size) => sum + size, 0) * cols)
  let at = 0
  let first = 0
  for (const size of groups) {
    for (let r = 0; r < Math.min(size, rows - first); r++) {
      for (let v = 0; v < cols; v++) result[at + v * size + r] = data[(first + r) * cols + v]
    }
    at += size * cols
    first += size
  }
  return result
}

/** A matrix as the first layer's kernels read it: transposed, rows padded to whole groups. */
export function packBasis(kernels: Kernels, { rows, cols, data }: Matrix): Float64Array {
  const width = packedRows(kernels, rows)
  const result = new Float64Array(cols * width)
  for (let b = 0; b < rows; b++) for (let p = 0; p < cols; p++) result[p * width + b] = data[b * cols + p]
  return result
}
