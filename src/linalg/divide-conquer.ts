import type { Kernels, Pointer, Scratch } from './kernels.js'
import { operand } from './matmul.js'
import { parallelProducts } from './parallel-products.js'
import { parallel, threadsOf } from './team.js'
import { rowStride, type Tridiagonal } from './tridiagonal.js'
import { NumbersError } from '../numbers-error.js'

/** Blocks up to this size are solved by QR steps. */
const leafSize = 32
/** Roots that a thread takes at a time, and below twice as many it takes all. */
const rootsAtOnce = 128
const unitRoundoff = 2 ** -53

/** Memory that all merges share; views stay valid because nothing is allocated while merging. */
interface Workspace {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly x: Pointer
  readonly stride: number
  readonly d: Float64Array
  readonly e: Float64Array
  readonly t: Tridiagonal
  /** Entries and couplings below this are rounding of the whole matrix. */
  readonly tolerance: number
  readonly scale: number
  readonly delta: Pointer
  readonly gathered: Pointer
  readonly poles: Pointer
  readonly weights: Pointer
  readonly roots: Pointer
  readonly place: Pointer
  readonly corrected: Pointer
  /** n elements for each thread. */
  readonly vector: Pointer
}

/**
 * Eigenvalues and eigenvectors of a tridiagonal matrix by divide and conquer (Cuppen 1981; deflation and stable vectors
 * after Gu and Eisenstat 1995): cut in two, solve the halves, join them by a rank-one update whose vectors are products of
 * dense matrices. Eigenvalues that the update does not move (deflation) cost nothing, and kernels have many.
 *
 * @param x receives n rows of {@link rowStride} elements: row k is the eigenvector of eigenvalue k
 * @returns a view of the eigenvalues, in no order; the tridiagonal matrix is destroyed
 * @throws Error when an eigenvalue does not converge
 */
export function tridiagonalEigenvectors(kernels: Kernels, scratch: Scratch, t: Tridiagonal, x: Pointer): Float64Array {
  const { n } = t
  const stride = rowStride(n)
  const memory = {
    delta: scratch.alloc(n * n * 8),
    gathered: scratch.alloc(n * n * 8),
    poles: scratch.alloc(n * 8),
    weights: scratch.alloc(n * 8),
    roots: scratch.alloc(n * 8),
    place: scratch.alloc(n * 4),
    corrected: scratch.alloc(n * 8),
    vector: scratch.alloc(n * 8 * threadsOf(kernels)),
  }
  const d = scratch.f64(t.diagonal, n)
  const e = scratch.f64(t.offDiagonal, Math.max(0, n - 1))
  let scale = 0
  for (const value of d) scale = Math.max(scale, Math.abs(value))
  for (const value of e) scale = Math.max(scale, Math.abs(value))
  scratch.f64(x, n * stride).fill(0)
  const space = { kernels, scratch, x, stride, d, e, t, scale, tolerance: 8 * unitRoundoff * scale, ...memory }
  solve(space, 0, n)
  return d
}

function solve(space: Workspace, low: number, n: number): void {
  const { d, e, kernels, x, stride, t, scale } = space
  if (n <= leafSize) {
    const corner = x + (low * stride + low) * 8
    const block = space.scratch.f64(x, (low + n) * stride)
    for (let i = low; i < low + n; i++) block[i * stride + i] = 1
    if (kernels.call.tridiagonalQr(n, t.diagonal + low * 8, t.offDiagonal + low * 8, corner, stride, n, scale)) {
      throw new NumbersError(`symmetricEigen: QR steps did not converge in rows ${low} … ${low + n - 1}`)
    }
    return
  }
  const half = n >> 1
  const cut = low + half
  const coupling = e[cut - 1]
  d[cut - 1] -= Math.abs(coupling)
  d[cut] -= Math.abs(coupling)
  solve(space, low, half)
  solve(space, cut, n - half)
  merge(space, low, half, n, coupling)
}

/** Where a vector has nonzero entries: the upper half, the lower half, or both. */
type Support = 'upper' | 'both' | 'lower'

interface Deflation {
  /** Rows that the update changes, by increasing eigenvalue. */
  readonly active: readonly number[]
  readonly deflated: readonly number[]
  readonly support: readonly Support[]
}

/** Joins diag(T₁, T₂) + ρ u uᵀ, u = (last unit vector, ± first unit vector), at rows low … low + n − 1. */
function merge(space: Workspace, low: number, half: number, n: number, coupling: number): void {
  const { kernels, scratch, x, stride, d, t, delta, gathered } = space
  const X = scratch.f64(x, (low + n) * stride)
  const cut = low + half
  const rho = 2 * Math.abs(coupling)
  const z = new Float64Array(n)
  for (let i = 0; i < half; i++) z[i] = X[(low + i) * stride + cut - 1] * Math.SQRT1_2
  for (let i = half; i < n; i++) z[i] = X[(low + i) * stride + cut] * Math.SQRT1_2 * Math.sign(coupling)
  const { active, deflated, support } = deflate(space, low, half, z, rho)
  const k = active.length
  if (k === 0) return

  const poles = scratch.f64(space.poles, k)
  const weights = scratch.f64(space.weights, k)
  active.forEach((row, j) => {
    poles[j] = d[low + row]
    weights[j] = z[row]
  })
  const at = [space.poles, space.weights] as const
  parallel(
    kernels,
    'secularRoots',
    rootRanges(k).map(([first, end]) => [first, end, k, ...at, rho, space.roots, delta]),
  )
  const failed = scratch.f64(space.roots, k).findIndex(Number.isNaN)
  if (failed >= 0) {
    throw new NumbersError(
      `symmetricEigen: root ${failed + 1} of the secular equation in rows ${low} … ${low + n - 1} did not converge`,
    )
  }
  const [upper, both, lower] = (['upper', 'both', 'lower'] as const).map((kind) =>
    active.map((_, j) => j).filter((j) => support[active[j]] === kind),
  )
  const grouped = [...upper, ...both, ...lower]
  const place = scratch.i32(space.place, k)
  grouped.forEach((j, at) => (place[j] = at))
  parallel(
    kernels,
    'secularWeights',
    rootRanges(k).map(([first, end]) => [first, end, k, ...at, delta, space.corrected]),
  )
  parallel(
    kernels,
    'secularVectors',
    rootRanges(k).map(([first, end]) => [first, end, k, space.corrected, delta, space.place, space.vector]),
    { perThread: [{ argument: 6, stride: d.length * 8 }] },
  )

  const top = upper.length + both.length
  const bottom = both.length + lower.length
  const rest = n - half
  const packed = scratch.f64(gathered, n * n)
  const copy = (at: number, row: number, from: number, length: number): void => {
    const start = (low + row) * stride + from
    packed.set(X.subarray(start, start + length), at)
  }
  const lowerPart = top * half
  const deflatedPart = lowerPart + bottom * rest
  for (let at = 0; at < top; at++) copy(at * half, active[grouped[at]], low, half)
  for (let at = 0; at < bottom; at++) copy(lowerPart + at * rest, active[grouped[upper.length + at]], cut, rest)
  deflated.forEach((row, at) => copy(deflatedPart + at * n, row, low, n))

  const values = deflated.map((row) => d[low + row])
  d.set(scratch.f64(space.roots, k), low)
  d.set(values, low + k)
  const target = x + (low * stride + low) * 8
  const head = { a: operand(delta, k), b: operand(gathered, half), c: target, ldc: stride }
  const tail = {
    a: operand(delta + upper.length * 8, k),
    b: operand(gathered + lowerPart * 8, rest),
    c: target + half * 8,
    ldc: stride,
  }
  parallelProducts(
    kernels,
    [
      { shape: [k, half, top], ...head },
      { shape: [k, rest, bottom], ...tail },
    ],
    t.work,
  )
  deflated.forEach((_, at) => {
    const from = deflatedPart + at * n
    X.set(packed.subarray(from, from + n), (low + k + at) * stride + low)
  })
}

/** How k roots are shared out. */
function rootRanges(k: number): (readonly [number, number])[] {
  if (k < 2 * rootsAtOnce) return [[0, k]]
  return Array.from({ length: Math.ceil(k / rootsAtOnce) }, (_, r) => [
    r * rootsAtOnce,
    Math.min(k, (r + 1) * rootsAtOnce),
  ])
}

/** Sorts the halves' eigenvalues together and sets aside those whose coupling, or whose distance to the next, is rounding. */
function deflate(space: Workspace, low: number, half: number, z: Float64Array, rho: number): Deflation {
  const { kernels, x, stride, d, tolerance } = space
  const n = z.length
  const support: Support[] = Array.from(z, (_, i) => (i < half ? 'upper' : 'lower'))
  const order = Array.from(z, (_, i) => i).sort((a, b) => d[low + a] - d[low + b] || a - b)
  const active: number[] = []
  const deflated: number[] = []
  let previous = -1
  for (const row of order) {
    if (rho * Math.abs(z[row]) <= tolerance) {
      deflated.push(row)
      continue
    }
    if (previous >= 0) {
      const [p, q] = [low + previous, low + row]
      const length = Math.hypot(z[row], z[previous])
      const [c, s] = [z[row] / length, -z[previous] / length]
      if (Math.abs((d[q] - d[p]) * c * s) <= tolerance) {
        kernels.call.rotateRows(n, x + (p * stride + low) * 8, x + (q * stride + low) * 8, c, s)
        ;[d[p], d[q]] = [d[p] * c * c + d[q] * s * s, d[p] * s * s + d[q] * c * c]
        z[row] = length
        if (support[previous] !== support[row]) support[row] = 'both'
        deflated.push(previous)
      } else {
        active.push(previous)
      }
    }
    previous = row
  }
  if (previous >= 0) active.push(previous)
  return { active, deflated, support }
}
