import type { RandomStream } from '../random/random.js'
import { withScratch, type Kernels, type Pointer, type Scratch } from './kernels.js'
import { gemm, operand } from './matmul.js'
import { matrix, type Matrix } from './matrix.js'
import { symmetricEigen } from './symmetric-eigen.js'
import type { SymmetricProduct } from './symmetric-operator.js'
import { NumbersError } from '../numbers-error.js'

/** A vector whose length falls below this much of ‖A‖ when the basis is taken out of it lies in the basis, but for rounding. */
const negligible = 2 ** -46

/**
 * An orthonormal basis Q (rows) that grows by blocks: A Qᵀ = Qᵀ H + Nᵀ C, where N is the block that comes next. Every new
 * vector is orthogonalised against the whole basis, so that H is the projection Q A Qᵀ to working precision
 * (block Lanczos with full re-orthogonalisation; Golub and Van Loan, section 10.3.6).
 */
export interface Krylov {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly product: SymmetricProduct
  /** Rows of n elements: `size` of them projected, followed by the `next` ones of the block N. */
  basis: Pointer
  /** Room for restarts; as large as the basis. */
  spare: Pointer
  readonly capacity: number
  readonly block: number
  size: number
  next: number
  /** H, with rows of `capacity` entries. */
  readonly projected: Float64Array
  /** C: the columns of H that belong to the last block, as `next` rows over basis vectors `coupled` … size − 1. */
  coupling: Matrix
  coupled: number
  /** Largest ‖A q‖ seen: a lower bound of ‖A‖. */
  scale: number
  /** Products of A with one vector. */
  products: number
  readonly images: Pointer
  readonly coefficients: Pointer
  readonly work: Pointer
}

/** An empty basis with room for `capacity` ≤ n vectors and one block more. */
export function krylov(
  kernels: Kernels,
  scratch: Scratch,
  product: SymmetricProduct,
  capacity: number,
  block: number,
): Krylov {
  const { n } = product
  return {
    kernels,
    scratch,
    product,
    basis: scratch.alloc((capacity + block) * n * 8),
    spare: scratch.alloc((capacity + block) * n * 8),
    capacity,
    block,
    size: 0,
    next: 0,
    projected: new Float64Array(capacity * capacity),
    coupling: matrix(0, 0),
    coupled: 0,
    scale: 0,
    products: 0,
    images: scratch.alloc(block * n * 8),
    coefficients: scratch.alloc(block * (capacity + block) * 8),
    work: scratch.alloc(kernels.call.gemmWorkspace()),
  }
}

/** Sum of products in short runs, which keeps rounding errors of long vectors small. */
function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let start = 0; start < a.length; start += 128) {
    const end = Math.min(a.length, start + 128)
    let sum = 0
    for (let i = start; i < end; i++) sum += a[i] * b[i]
    total += sum
  }
  return total
}

function addScaled(y: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += factor * x[i]
}

const row = ({ scratch, product }: Krylov, at: Pointer, index: number): Float64Array =>
  scratch.f64(at + index * product.n * 8, product.n)

/** Takes the span of the first `count` basis rows out of `rows` rows at `at`; returns the coefficients `[rows, count]`. */
function projectOut(space: Krylov, at: Pointer, rows: number, count: number): Float64Array {
  const { kernels, scratch, basis, coefficients, work, product } = space
  const { n } = product
  gemm(kernels, 'f64', [rows, count, n], operand(at, n), operand(basis, n, true), coefficients, count, work)
  const view = scratch.f64(coefficients, rows * count)
  const found = view.slice()
  for (let i = 0; i < view.length; i++) view[i] = -view[i]
  gemm(kernels, 'f64', [rows, n, count], operand(coefficients, count), operand(basis, n), at, n, work, true)
  return found
}

/**
 * Makes the `rows` rows at `images` the next block: orthonormal, and orthogonal to the basis. A row that lies in the span of
 * the others (below `floor` when that is taken out) is replaced by a random direction, or left out without `random`.
 * Returns C `[next, rows]`: row r of `images` = Σ_s C[s, r] next_s + what was in the basis.
 */
function appendBlock(space: Krylov, rows: number, floor: number, random?: RandomStream): Matrix {
  const { basis, images, size } = space
  const kept: { readonly vector: Float64Array; readonly shares: Float64Array }[] = []
  const room = space.product.n - size
  const accept = (vector: Float64Array, shares: Float64Array, length: number): void => {
    const target = row(space, basis, size + kept.length)
    for (let i = 0; i < vector.length; i++) target[i] = vector[i] / length
    kept.push({ vector: target, shares })
  }
  /** Once more against basis and block, for a row that has lost most of its length. */
  const purify = (vector: Float64Array, at: Pointer): number => {
    projectOut(space, at, 1, size)
    for (const { vector: q } of kept) addScaled(vector, -dot(q, vector), q)
    return Math.sqrt(dot(vector, vector))
  }
  for (let r = 0; r < rows; r++) {
    const vector = row(space, images, r)
    const at = images + r * space.product.n * 8
    const before = Math.sqrt(dot(vector, vector))
    for (const { vector: q, shares } of kept) {
      const share = dot(q, vector)
      shares[r] = share
      addScaled(vector, -share, q)
    }
    if (kept.length === room) continue
    let length = Math.sqrt(dot(vector, vector))
    if (length > floor && length < 0.5 * before) length = purify(vector, at)
    const shares = new Float64Array(rows)
    if (length > floor) {
      shares[r] = length
      accept(vector, shares, length)
    } else if (random) {
      for (let i = 0; i < vector.length; i++) vector[i] = random.normal()
      purify(vector, at)
      accept(vector, shares, purify(vector, at))
    }
  }
  space.next = kept.length
  const result = matrix(kept.length, rows)
  kept.forEach(({ shares }, s) => result.data.set(shares, s * rows))
  return result
}

/** Starts, or goes on, from `count` rows written by `fill`. Returns C of {@link appendBlock} against these rows. */
export function startBlock(
  space: Krylov,
  count: number,
  fill: (row: Float64Array, index: number) => void,
  random?: RandomStream,
): Matrix {
  let longest = 0
  for (let r = 0; r < count; r++) {
    const vector = row(space, space.images, r)
    fill(vector, r)
    longest = Math.max(longest, Math.sqrt(dot(vector, vector)))
  }
  if (space.size > 0) for (let pass = 0; pass < 2; pass++) projectOut(space, space.images, count, space.size)
  const shares = appendBlock(space, count, negligible * longest, random)
  space.coupling = matrix(0, 0)
  space.coupled = space.size
  return shares
}

/**
 * Multiplies the next block by A, takes it into the projection, and finds the block after it.
 *
 * @throws Error when a product is not finite
 */
export function expand(space: Krylov, caller: string, random?: RandomStream): void {
  const { product, basis, images, capacity, projected } = space
  const { size, next: count } = space
  const { n } = product
  product.times(basis + size * n * 8, count, images)
  space.products += count
  for (let r = 0; r < count; r++) {
    const image = row(space, images, r)
    const length = Math.sqrt(dot(image, image))
    if (!Number.isFinite(length)) throw new NumbersError(`${caller}: a product with the matrix is not finite`)
    space.scale = Math.max(space.scale, length)
  }
  const total = size + count
  const first = projectOut(space, images, count, total)
  const second = projectOut(space, images, count, total)
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < total; j++) {
      const value = first[r * total + j] + second[r * total + j]
      const mirror = j >= size ? first[(j - size) * total + size + r] + second[(j - size) * total + size + r] : value
      projected[(size + r) * capacity + j] = projected[j * capacity + size + r] = 0.5 * (value + mirror)
    }
  }
  space.coupled = size
  space.size = total
  space.coupling = appendBlock(space, count, negligible * space.scale, random)
}

/** Eigenvalues (largest first) and eigenvectors (columns) of the projection H. */
export function ritz({ kernels, projected, size, capacity }: Krylov): { values: Float64Array; vectors: Matrix } {
  const h = matrix(size, size)
  for (let i = 0; i < size; i++) h.data.set(projected.subarray(i * capacity, i * capacity + size), i * size)
  const { values, vectors } = symmetricEigen(h, { kernels })
  return { values, vectors: vectors! }
}

/** ‖A y − θ y‖ of Ritz vector `index`, from the coupling to the next block alone. */
export function ritzResidual({ coupling, coupled }: Krylov, vectors: Matrix, index: number): number {
  let square = 0
  for (let s = 0; s < coupling.rows; s++) {
    let sum = 0
    for (let r = 0; r < coupling.cols; r++) {
      sum += coupling.data[s * coupling.cols + r] * vectors.data[(coupled + r) * vectors.cols + index]
    }
    square += sum * sum
  }
  return Math.sqrt(square)
}

/** Rows of the spare room become Σ_j coefficients[j, r] q_j over the basis, for each of the coefficients' columns. */
export function combine(space: Krylov, coefficients: Matrix): Pointer {
  const { kernels, basis, spare, work, size, product } = space
  const { n } = product
  const rows = coefficients.cols
  return withScratch(kernels, (inner) => {
    const left = operand(inner.put(coefficients.data), rows, true)
    gemm(kernels, 'f64', [rows, n, size], left, operand(basis, n), spare, n, work)
    return spare
  })
}

/** The first `count` columns. */
export function leadingColumns({ rows, cols, data }: Matrix, count: number): Matrix {
  const result = matrix(rows, count)
  for (let i = 0; i < rows; i++) result.data.set(data.subarray(i * cols, i * cols + count), i * count)
  return result
}

/**
 * Thick restart (Wu and Simon 2000): the basis becomes the first `keep` Ritz vectors, and the next block stays what it is,
 * so that nothing about them is lost.
 */
export function restart(space: Krylov, values: Float64Array, vectors: Matrix, keep: number): void {
  const { scratch, size, next, projected, capacity, product } = space
  const { n } = product
  combine(space, leadingColumns(vectors, keep))
  scratch.f64(space.spare + keep * n * 8, next * n).set(scratch.f64(space.basis + size * n * 8, next * n))
  ;[space.basis, space.spare] = [space.spare, space.basis]
  projected.fill(0)
  for (let k = 0; k < keep; k++) projected[k * capacity + k] = values[k]
  space.size = keep
}
