import type { Pointer } from './kernels.js'
import { operand } from './matmul.js'
import type { Product } from './parallel-products.js'

/** Rows that share one product left of the diagonal: their operand is packed once. */
const blockRows = 192
/** Columns of the steps along the diagonal; half of such a square is wasted. */
const stepColumns = 48

/**
 * Products that make the lower triangle of C (order n) C += Lᵀ R, cut so that little is computed above the diagonal, the
 * large ones first.
 *
 * @param left L, `[depth, n]`, like R and C with rows of `stride` elements
 */
export function lowerUpdate(
  n: number,
  depth: number,
  left: Pointer,
  right: Pointer,
  c: Pointer,
  stride: number,
): Product[] {
  const product = (top: number, bottom: number, from: number, to: number): Product => ({
    shape: [bottom - top, to - from, depth],
    a: { at: left + top * 8, rowStride: 1, colStride: stride },
    b: operand(right + from * 8, stride),
    c: c + (top * stride + from) * 8,
    ldc: stride,
    accumulate: true,
  })
  const [blocks, steps]: [Product[], Product[]] = [[], []]
  for (let top = 0; top < n; top += blockRows) {
    const bottom = Math.min(n, top + blockRows)
    blocks.unshift(product(top, bottom, 0, Math.min(bottom, top + stepColumns)))
    for (let from = top + stepColumns; from < bottom; from += stepColumns) {
      steps.push(product(from, bottom, from, Math.min(bottom, from + stepColumns)))
    }
  }
  return [...blocks, ...steps]
}
