import { randomStream } from '../random/random.js'
import { withScratch, type Kernels, type Scratch } from './kernels.js'
import { expand, krylov, ritz, ritzResidual, startBlock } from './krylov.js'
import type { SymmetricProduct } from './symmetric-operator.js'

/** The ends of a spectrum. */
export interface Extremes {
  readonly largest: number
  /** Not below the smallest eigenvalue, and near it where that stands apart from the rest. */
  readonly smallest: number
}

/** Blocks of random vectors that are multiplied at least, and at most. */
const fewestBlocks = 12
const mostBlocks = 64
const block = 4
/** Residual of the largest eigenvalue, relative to it; its error is of the order of the square. */
const converged = 1e-8

/**
 * Largest and smallest Ritz value of a matrix, by block Lanczos from a fixed random start. An indefinite matrix whose
 * negative eigenvalues stand apart from zero shows here; one whose negative eigenvalues are rounding errors does not.
 *
 * @param caller name for the error text
 * @param blocks of four random vectors to multiply at least
 */
export function extremes(
  product: SymmetricProduct,
  kernels: Kernels,
  scratch: Scratch,
  caller: string,
  fewest: number = fewestBlocks,
): Extremes {
  const { n, exponent } = product
  const capacity = Math.min(n, mostBlocks * block)
  return withScratch(kernels, () => {
    const space = krylov(kernels, scratch, product, capacity, Math.min(block, n))
    const random = randomStream(0, 'extremes')
    const fill = (row: Float64Array): void => {
      for (let i = 0; i < n; i++) row[i] = random.normal()
    }
    startBlock(space, space.block, fill, random)
    for (let blocks = 1; ; blocks++) {
      expand(space, caller, random)
      const full = space.next === 0 || space.size + space.next > space.capacity
      if (blocks % fewest !== 0 && !full) continue
      const { values, vectors } = ritz(space)
      if (full || ritzResidual(space, vectors, 0) <= converged * Math.abs(values[0])) {
        return { largest: values[0] * 2 ** exponent, smallest: values[values.length - 1] * 2 ** exponent }
      }
    }
  })
}
