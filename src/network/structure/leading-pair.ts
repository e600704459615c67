import type { Kernels } from '../../linalg/kernels.js'
import { symmetricEigen } from '../../linalg/symmetric-eigen.js'
import { topEigenpairs } from '../../linalg/top-eigenpairs.js'
import type { Mask } from '../mask.js'
import { gram } from './gram.js'
import { maskProduct } from './mask-product.js'

/** The two largest singular values of a mask. */
export interface LeadingPair {
  readonly first: number
  /** null where the mask has one row or one column, and so one singular value. */
  readonly second: number | null
}

/** Up to this many rows or columns all singular values are computed, from M Mᵀ or Mᵀ M. */
const smallSide = 1024

/** Residual of an eigenvalue of M Mᵀ, relative to the largest. */
const relative = 1e-8

/**
 * Below it a squared singular value is 0: the second one of a mask of rank two or more is (√5 − 1)/2 or larger, 0.38 squared,
 * since it then has a 2 × 2 part of rank two, whose second singular value it exceeds.
 */
const least = 0.25

const largest = (degrees: Int32Array): number => degrees.reduce((a, b) => Math.max(a, b), 0)

/**
 * The two largest singular values of a mask. On a small side all eigenvalues of the Gram matrix, whose entries are whole
 * numbers; beyond, block Lanczos with a confirmed multiplicity (`topEigenpairs`) on products along survivors, or along
 * pruned weights where those are fewer. σ² is then known to 1e-8 σ_1², and to 0.1 where that is less.
 *
 * @param inDegrees survivors per row
 * @param outDegrees survivors per column
 */
export function leadingPair(mask: Mask, inDegrees: Int32Array, outDegrees: Int32Array, kernels: Kernels): LeadingPair {
  const side = Math.min(mask.rows, mask.cols)
  if (mask.kept === 0) return { first: 0, second: side > 1 ? 0 : null }
  const root = (square: number) => (square < least ? 0 : Math.sqrt(square))
  const squares =
    side <= smallSide
      ? symmetricEigen(gram(mask), { vectors: false, kernels }).values
      : topEigenpairs(maskProduct(mask), {
          k: 2,
          seed: 0,
          // σ_1² is at most the product of the largest degrees.
          tolerance: Math.min(relative, 0.1 / (largest(inDegrees) * largest(outDegrees))),
          kernels,
        }).values
  return { first: root(squares[0]), second: side > 1 ? root(squares[1]) : null }
}
