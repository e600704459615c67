import { alongModes, errorBounds, projectedModes, type ProjectedModes } from './exponential-bound.js'
import { defaultKernels, loadKernels, withScratch, type Kernels, type Scratch } from './kernels.js'
import { combine, expand, krylov, startBlock, type Krylov } from './krylov.js'
import { matmul } from './matmul.js'
import { matrix, type Matrix } from './matrix.js'
import { orderOf, symmetricProduct, type SymmetricOperator, type SymmetricProduct } from './symmetric-operator.js'
import { NumbersError } from '../numbers-error.js'

export interface ExponentialOptions {
  /** Largest error of a column accepted, relative to the column's length at t = 0. In (0, 1), default 1e-8. */
  readonly tolerance?: number
  /** Basis vectors before giving up. Default min(n, 1024); memory is 16 n bytes each. */
  readonly maxBasis?: number
  readonly kernels?: Kernels
}

/** What holds for every result of one call. */
export interface ExponentialBounds {
  /** Bound of ‖error‖ for times × columns: what the basis leaves out, and rounding. */
  readonly bounds: Matrix
  /** Products of A with one vector. */
  readonly products: number
}

export interface ExponentialAction extends ExponentialBounds {
  /** exp(−tA) Y, `[n, columns]`, one for each time. */
  readonly values: readonly Matrix[]
}

export interface ExponentialNorms extends ExponentialBounds {
  /** ‖exp(−tA) y_c‖, times × columns. */
  readonly norms: Matrix
}

const caller = 'exponential'
/** Columns that share a basis. */
const columnsTogether = 16
/** A matrix of more entries is given kernel memory of its own, which is freed afterwards. */
const largeMatrix = 2 ** 22

/**
 * exp(−tA) Y for several times and columns without decomposing A: block Lanczos from the columns of Y, the exponential taken
 * of the small projection (Saad 1992, "Analysis of some Krylov subspace approximations to the matrix exponential
 * operator"). All times share one basis.
 *
 * The error bound is ∫₀ᵗ e^{−μ(t−s)} ‖r(s)‖ ds, r(s) the residual of ẏ = −A y, which the basis knows exactly, and
 * μ = min(0, smallest Ritz value); plus 2^-50 (1 + t ‖A‖) for rounding. It is a bound for positive semi-definite A, where
 * solutions do not grow, and an estimate for others.
 *
 * @param a symmetric, a matrix `[n, n]` or an operator
 * @param y `[n, columns]`
 * @param times t ≥ 0, in any order
 * @throws RangeError when shapes do not fit, an entry is not finite, an option is out of range, or memory does not suffice
 * @throws Error when the tolerance is not reached, or a result leaves the range of f64
 *
 * @example
 * import { exponentialAction, matrixOf } from 'limn/linalg'
 *
 * const { values } = exponentialAction(matrixOf([[1, 0], [0, 2]]), matrixOf([[1], [1]]), [1])
 * // exp(−1) and exp(−2)
 * console.log(Array.from(values[0].data, (value) => value.toFixed(4))) // [ '0.3679', '0.1353' ]
 */
export function exponentialAction(
  a: Matrix | SymmetricOperator,
  y: Matrix,
  times: ArrayLike<number>,
  options: ExponentialOptions = {},
): ExponentialAction {
  const values = Array.from({ length: times.length }, () => matrix(y.rows, y.cols))
  const bounds = evolve(a, y, times, options, (space, first, modes, along) => {
    values.forEach((value, t) => {
      columnsOf(space, modes, along(t)).forEach((column, c) => {
        for (let i = 0; i < y.rows; i++) value.data[i * y.cols + first + c] = column[i]
      })
    })
  })
  return { values, ...bounds }
}

/** One column at one time, on its way from y to exp(−tA) y. */
export interface ExponentialPoint {
  /** Index of the time. */
  readonly time: number
  readonly column: number
  /** ‖exp(−tA) y_c‖. */
  readonly norm: number
  /** y_c − exp(−tA) y_c, without cancellation; valid until the visit ends. */
  readonly change: Float64Array
}

/**
 * {@link exponentialNorms} and, where `change` is asked for, the way that columns have gone, one time and column after the other:
 * nothing is kept, so that there may be any number of times.
 *
 * @param visit sees every column at every time; columns in groups, times in order within a group
 * @throws RangeError and Error as {@link exponentialAction}
 *
 * @example
 * import { exponentialPath, matrixOf } from 'limn/linalg'
 *
 * const lengths: string[] = []
 * exponentialPath(matrixOf([[1]]), matrixOf([[2]]), [0, 1, 2], { change: false }, ({ time, norm }) => {
 *   lengths.push(`${time}: ${norm.toFixed(4)}`)
 * })
 * console.log(lengths) // [ '0: 2.0000', '1: 0.7358', '2: 0.2707' ]
 */
export function exponentialPath(
  a: Matrix | SymmetricOperator,
  y: Matrix,
  times: ArrayLike<number>,
  options: ExponentialOptions & { readonly change: boolean },
  visit: (point: ExponentialPoint) => void,
): ExponentialBounds {
  const none = new Float64Array(0)
  return evolve(a, y, times, options, (space, first, modes, along, changed) => {
    for (let time = 0; time < times.length; time++) {
      const norms = columnLengths(along(time))
      const columns = options.change ? columnsOf(space, modes, changed(time)) : undefined
      norms.forEach((norm, c) => visit({ time, column: first + c, norm, change: columns?.[c] ?? none }))
    }
  })
}

/** Columns that have these coefficients along the modes of the projection. Valid until the space is used again. */
function columnsOf(space: Krylov, modes: ProjectedModes, along: Matrix): Float64Array[] {
  const { n } = space.product
  const at = combine(space, matmul(modes.vectors, along, { kernels: space.kernels }))
  return Array.from({ length: along.cols }, (_, c) => space.scratch.f64(at + c * n * 8, n))
}

/**
 * The lengths ‖exp(−tA) y_c‖, as {@link exponentialAction} but without forming vectors, so that hundreds of times cost next to
 * nothing. The loss of gradient flow on kernel Θ from f = 0 at time t is 1/(2N) Σ_c ‖exp(−tΘ/N) y_c‖².
 *
 * @throws RangeError and Error as {@link exponentialAction}
 *
 * @example
 * import { exponentialNorms, matrixOf } from 'limn/linalg'
 *
 * const { norms } = exponentialNorms(matrixOf([[1, 0], [0, 1]]), matrixOf([[3], [4]]), [0, 1])
 * // 5 and 5 exp(−1)
 * console.log(Array.from(norms.data, (norm) => norm.toFixed(4))) // [ '5.0000', '1.8394' ]
 */
export function exponentialNorms(
  a: Matrix | SymmetricOperator,
  y: Matrix,
  times: ArrayLike<number>,
  options: ExponentialOptions = {},
): ExponentialNorms {
  const norms = matrix(times.length, y.cols)
  const bounds = evolve(a, y, times, options, (_space, first, _modes, along) => {
    for (let t = 0; t < times.length; t++) {
      columnLengths(along(t)).forEach((length, c) => (norms.data[t * y.cols + first + c] = length))
    }
  })
  return { norms, ...bounds }
}

/** Receives, for a group of columns, how much of them is left along each mode of the projection at a time, or is gone. */
type Receive = (
  space: Krylov,
  firstColumn: number,
  modes: ProjectedModes,
  along: (time: number) => Matrix,
  changed: (time: number) => Matrix,
) => void

function evolve(
  a: Matrix | SymmetricOperator,
  y: Matrix,
  times: ArrayLike<number>,
  options: ExponentialOptions,
  receive: Receive,
): ExponentialBounds {
  const n = orderOf(a)
  const { tolerance = 1e-8, maxBasis = Math.min(n, 1024) } = options
  if (y.rows !== n) throw new NumbersError(`${caller}: expected y of ${n} rows, got ${y.rows}`)
  const bad = y.data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new NumbersError(`${caller}: expected finite y, got ${y.data[bad]} in row ${Math.floor(bad / y.cols)}`)
  for (let i = 0; i < times.length; i++) {
    if (!(times[i] >= 0 && times[i] < Infinity)) {
      throw new NumbersError(`${caller}: expected finite times t ≥ 0, got ${times[i]}`)
    }
  }
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new NumbersError(`${caller}: expected a tolerance in (0, 1), got ${tolerance}`)
  }
  if (!(Number.isInteger(maxBasis) && maxBasis >= 1)) {
    throw new NumbersError(`${caller}: expected a whole maxBasis of 1 or more, got ${maxBasis}`)
  }
  const kernels = options.kernels ?? (n * n > largeMatrix ? loadKernels() : defaultKernels())
  const bounds = matrix(times.length, y.cols)
  let products = 0
  withScratch(kernels, (scratch) => {
    const product = symmetricProduct(a, kernels, scratch, caller)
    for (let first = 0; first < y.cols; first += columnsTogether) {
      const group = { first, count: Math.min(columnsTogether, y.cols - first), y }
      products += withScratch(kernels, (inner) =>
        evolveGroup(
          product,
          kernels,
          inner,
          group,
          times,
          { tolerance, maxBasis: Math.min(n, maxBasis) },
          bounds,
          receive,
        ),
      )
    }
  })
  return { bounds, products }
}

interface ColumnGroup {
  readonly first: number
  readonly count: number
  readonly y: Matrix
}

function evolveGroup(
  product: SymmetricProduct,
  kernels: Kernels,
  scratch: Scratch,
  { first, count, y }: ColumnGroup,
  times: ArrayLike<number>,
  { tolerance, maxBasis }: { readonly tolerance: number; readonly maxBasis: number },
  bounds: Matrix,
  receive: Receive,
): number {
  const space = krylov(kernels, scratch, product, Math.max(maxBasis, Math.min(count, product.n)), count)
  const lengths = columnLengths(y).subarray(first, first + count)
  const start = startBlock(space, count, (row, c) => {
    for (let i = 0; i < row.length; i++) row[i] = lengths[c] > 0 ? y.data[i * y.cols + first + c] / lengths[c] : 0
  })
  const unit = 2 ** product.exponent
  const scaledTimes = Float64Array.from(times, (t) => t * unit)
  const lastTime = Float64Array.of(scaledTimes.reduce((a, b) => Math.max(a, b), 0))
  let nextTest = 0
  let worst = Infinity
  for (;;) {
    if (space.next > 0 && space.size + space.next <= space.capacity) expand(space, caller)
    const full = space.next === 0 || space.size + space.next > space.capacity
    if (!full && space.size < nextTest) continue
    nextTest = space.size + Math.max(2 * space.next, space.size >> 3)
    const modes = projectedModes(space, start)
    // Errors grow with time.
    worst = largest(errorBounds(modes, lastTime, space.scale))
    if (worst <= tolerance) {
      const relative = errorBounds(modes, scaledTimes, space.scale)
      const checked = (share: (value: number) => number, t: number): Matrix => {
        const result = alongModes(modes, share, lengths)
        if (result.data.every(Number.isFinite)) return result
        throw new NumbersError(`${caller}: exp(−tA) y leaves the range of f64 at t = ${times[t]}`)
      }
      for (let t = 0; t < times.length; t++) {
        for (let c = 0; c < count; c++) {
          bounds.data[t * y.cols + first + c] = relative.data[t * count + c] * lengths[c]
        }
      }
      const along = (t: number): Matrix => checked((value) => Math.exp(-value * scaledTimes[t]), t)
      const changed = (t: number): Matrix => checked((value) => -Math.expm1(-value * scaledTimes[t]), t)
      receive(space, first, modes, along, changed)
      return space.products
    }
    if (full) break
  }
  throw new NumbersError(
    `${caller}: error bound ${worst.toExponential(1)} with ${space.size} basis vectors, tolerance ${tolerance} not reached; use a larger maxBasis or tolerance, or shorter times`,
  )
}

const largest = ({ data }: Matrix): number => data.reduce((a, b) => Math.max(a, b), 0)

/** ‖column‖ for each column, safe from overflow. */
function columnLengths({ rows, cols, data }: Matrix): Float64Array {
  return Float64Array.from({ length: cols }, (_, c) => {
    let largest = 0
    for (let i = 0; i < rows; i++) largest = Math.max(largest, Math.abs(data[i * cols + c]))
    if (!(largest > 0)) return 0
    let sum = 0
    for (let i = 0; i < rows; i++) sum += (data[i * cols + c] / largest) ** 2
    return largest * Math.sqrt(sum)
  })
}
