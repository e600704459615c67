import { randomStream } from '../random/random.js'
import { extremes } from './extremes.js'
import { defaultKernels, loadKernels, withScratch, type Kernels } from './kernels.js'
import {
  combine,
  expand,
  krylov,
  leadingColumns,
  restart,
  ritz,
  ritzResidual,
  startBlock,
  type Krylov,
} from './krylov.js'
import { matrix, type Matrix } from './matrix.js'
import { scaledBack } from './symmetric.js'
import { orderOf, symmetricProduct, type SymmetricOperator, type SymmetricTiles } from './symmetric-operator.js'
import { NumbersError } from '../numbers-error.js'

export interface TopEigenpairsOptions {
  /** How many, 0 ≤ k ≤ n. */
  readonly k: number
  /** Seed of the random start. */
  readonly seed: number
  /** Largest ‖A v − λ v‖ accepted, relative to the largest |λ| found. In (0, 1), default 1e-8. */
  readonly tolerance?: number
  /** Products A v before giving up. Default 1000 + 80 k. */
  readonly maxProducts?: number
  /** Looks for the smallest eigenvalue too: 128 products or more. Default false. */
  readonly smallest?: boolean
  readonly kernels?: Kernels
}

export interface TopEigenpairs {
  /** The k algebraically largest eigenvalues, largest first, with multiplicity. */
  readonly values: Float64Array
  /** Orthonormal `[n, k]`: column i belongs to `values[i]`; its sign is arbitrary. */
  readonly vectors: Matrix
  /** ‖A v_i − λ_i v_i‖, measured by multiplying out. */
  readonly residuals: Float64Array
  /** Products A v that were taken. */
  readonly products: number
  /** Only when asked for: not below the smallest eigenvalue, and near it where that stands apart from the rest. */
  readonly smallest?: number
}

const caller = 'topEigenpairs'
/** Vectors per block: what one pass over the matrix serves. */
const blockSize = 4
/** Part of the tolerance left for what a check drops, and for rounding. */
const reserve = 0.25
/** Blocks that a check looks at. */
const checkBlocks = 6
/** Without a team, a matrix of more entries is given kernel memory of its own, which is freed afterwards. */
const largeMatrix = 2 ** 22
/** Blocks that the search for the smallest eigenvalue multiplies at least. */
const smallestBlocks = 32

/**
 * The k largest eigenvalues of a symmetric matrix with their eigenvectors, without decomposing it: block Lanczos with full
 * re-orthogonalisation and thick restarts (Golub and Underwood 1977; Wu and Simon 2000). For k above about n/8,
 * `symmetricEigen` is faster.
 *
 * A Krylov space holds few copies of a repeated eigenvalue. So that none is missed, converged pairs are kept and the search
 * goes on from fresh random vectors orthogonal to them, until it changes nothing; a missed eigenvalue must then lie within
 * what a few more blocks cannot tell from the rest of the spectrum.
 * Memory beside `a`: about 4 n² + 80 n max(k, 40) bytes; nothing of order n² for an operator,
 * n²/8 for tiles.
 *
 * @param a a matrix `[n, n]`, an operator, or the tiles of a matrix
 * @throws RangeError when an option is out of range, `a` is not square, finite and symmetric, or memory does not suffice
 * @throws Error when the tolerance is not reached within `maxProducts`, or a product is not finite
 *
 * @example
 * import { matrixOf, topEigenpairs } from 'limn/linalg'
 *
 * const { values, residuals } = topEigenpairs(matrixOf([[2, 1], [1, 2]]), { k: 1, seed: 0 })
 * console.log(values[0].toFixed(6), residuals[0] < 1e-6) // 3.000000 true
 */
export function topEigenpairs(
  a: Matrix | SymmetricOperator | SymmetricTiles,
  options: TopEigenpairsOptions,
): TopEigenpairs {
  const n = orderOf(a)
  const { k, seed, tolerance = 1e-8, maxProducts = 1000 + 80 * k } = options
  if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
    throw new NumbersError(`${caller}: expected a whole k from 0 to n = ${n}, got ${k}`)
  }
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new NumbersError(`${caller}: expected a tolerance in (0, 1), got ${tolerance}`)
  }
  if (!(maxProducts >= 1)) throw new NumbersError(`${caller}: expected maxProducts of 1 or more, got ${maxProducts}`)
  const random = randomStream(seed, 'top-eigenpairs')
  const kernels = options.kernels ?? (n * n > largeMatrix && !defaultKernels().team ? loadKernels() : defaultKernels())
  return withScratch(kernels, (scratch) => {
    const product = symmetricProduct(a, kernels, scratch, caller)
    const low =
      options.smallest && n > 0 ? extremes(product, kernels, scratch, caller, smallestBlocks).smallest : undefined
    if (k === 0)
      return { values: new Float64Array(0), vectors: matrix(n, 0), residuals: new Float64Array(0), products: 0 }
    const wanted = Math.max(4 * k, 2 * k + 20 * blockSize)
    const space = krylov(kernels, scratch, product, wanted >= n / 2 ? n : wanted, Math.min(blockSize, n))
    const fill = (row: Float64Array): void => {
      for (let i = 0; i < n; i++) row[i] = random.normal()
    }
    startBlock(space, space.block, fill, random)
    let confirmed: Float64Array | undefined
    let nextTest = k
    for (;;) {
      expand(space, caller, random)
      const full = space.size + space.next > space.capacity
      if (space.size < n && !full && space.size < nextTest) continue
      nextTest = space.size + Math.max(4 * space.block, space.size >> 3)
      const { values, vectors } = ritz(space)
      const bound = reserve * tolerance * largestSize(values)
      let worst = 0
      for (let i = 0; i < Math.min(k, space.size); i++) worst = Math.max(worst, ritzResidual(space, vectors, i))
      const converged = space.size >= k && worst <= bound
      if (space.size === n || (converged && confirmed && sameValues(values, confirmed, bound))) {
        const found = measured(space, values.slice(0, k), leadingColumns(vectors, k), tolerance)
        const lowest = values[values.length - 1] * 2 ** product.exponent
        return low === undefined ? found : { ...found, smallest: Math.min(low, lowest) }
      }
      if (space.products >= maxProducts)
        throw new NumbersError(notReached(worst / largestSize(values), tolerance, space.products))
      if (converged) {
        confirmed = values.slice(0, k)
        restart(space, values, vectors, k)
        startBlock(space, space.block, fill, random)
        nextTest = k + checkBlocks * space.block
      } else if (full) {
        const keep = k + Math.floor((space.capacity - k) / 3)
        restart(space, values, vectors, keep)
        nextTest = Math.max(nextTest - space.capacity, keep + 4 * space.block)
      }
    }
  })
}

function largestSize(values: Float64Array): number {
  return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]))
}

function sameValues(values: Float64Array, before: Float64Array, bound: number): boolean {
  return before.every((value, i) => Math.abs(values[i] - value) <= bound)
}

function notReached(residual: number, tolerance: number, products: number): string {
  return `${caller}: residual ${residual.toExponential(1)} · λ₁ after ${products} products, tolerance ${tolerance} not reached; use a larger tolerance, more maxProducts, or symmetricEigen`
}

/** Forms the eigenvectors and multiplies them out. */
function measured(space: Krylov, values: Float64Array, coefficients: Matrix, tolerance: number): TopEigenpairs {
  const { scratch, product, images, block } = space
  const { n, exponent } = product
  const k = values.length
  const at = combine(space, coefficients)
  const vectors = matrix(n, k)
  const residuals = new Float64Array(k)
  for (let start = 0; start < k; start += block) {
    const count = Math.min(block, k - start)
    product.times(at + start * n * 8, count, images)
    for (let c = 0; c < count; c++) {
      const i = start + c
      const vector = scratch.f64(at + i * n * 8, n)
      const image = scratch.f64(images + c * n * 8, n)
      let square = 0
      for (let j = 0; j < n; j++) {
        square += (image[j] - values[i] * vector[j]) ** 2
        vectors.data[j * k + i] = vector[j]
      }
      residuals[i] = Math.sqrt(square)
    }
  }
  const products = space.products + k
  const unit = Math.max(...values.map(Math.abs), space.scale)
  const worst = Math.max(...residuals)
  if (!(worst <= tolerance * unit)) throw new NumbersError(notReached(worst / unit, tolerance, products))
  return {
    values: scaledBack(values, exponent, caller),
    vectors,
    residuals: scaledBack(residuals, exponent, caller),
    products,
  }
}
