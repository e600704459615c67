import { defaultKernels, withScratch, type Kernels } from '../../../linalg/kernels.js'
import { parallelGemm } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'

/** Rows of a symmetric product that are computed at a time, up to the diagonal: a little more than half of all. */
const panel = 192

/** Lower triangle of X·Xᵀ for X `[n, k]` in kernel memory, then its mirror image. */
function symmetricSquare(kernels: Kernels, n: number, k: number, x: number, transposed: boolean, out: number): void {
  const [rowStride, colStride] = transposed ? [1, n] : [k, 1]
  const left = (first: number) => ({ at: x + first * rowStride * 8, rowStride, colStride })
  const right = { at: x, rowStride: colStride, colStride: rowStride }
  for (let first = 0; first < n; first += panel) {
    const count = Math.min(panel, n - first)
    parallelGemm(kernels, 'f64', [count, first + count, k], left(first), right, out + first * n * 8, n)
  }
}

function mirror(square: Float64Array, n: number): void {
  const tile = 32
  for (let top = 0; top < n; top += tile) {
    for (let left = 0; left <= top; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = left; j < Math.min(i, left + tile); j++) square[j * n + i] = square[i * n + j]
      }
    }
  }
}

/**
 * Squared distances between the units of one side of A by how they overlap with third units of that side: with
 * G = A Aᵀ (rows) or Aᵀ A (columns),
 *
 *     d²(i, i') = Σ_{k ≠ i, i'} (G_ik − G_i'k)².
 *
 * Overlaps with third units have no noise on their mean P Pᵀ, while those of a unit with itself do, hence k ≠ i, i'.
 */
export function overlapDistances(a: Matrix, side: 'rows' | 'columns'): Matrix {
  const kernels = defaultKernels()
  const [n, k] = side === 'rows' ? [a.rows, a.cols] : [a.cols, a.rows]
  return withScratch(kernels, (scratch) => {
    const x = scratch.put(a.data)
    const overlaps = scratch.alloc(n * n * 8)
    const squares = scratch.alloc(n * n * 8)
    symmetricSquare(kernels, n, k, x, side === 'columns', overlaps)
    mirror(scratch.f64(overlaps, n * n), n)
    symmetricSquare(kernels, n, n, overlaps, false, squares)
    const [G, GG] = [scratch.f64(overlaps, n * n), scratch.f64(squares, n * n)]
    const result = matrix(n, n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const overlap = G[i * n + j]
        const own = G[i * n + i] - overlap
        const other = overlap - G[j * n + j]
        const all = GG[i * n + i] + GG[j * n + j] - 2 * GG[i * n + j]
        // A difference of large sums: what is left of equal rows is rounding.
        result.data[i * n + j] = Math.max(0, all - own * own - other * other)
      }
    }
    mirror(result.data, n)
    return result
  })
}
