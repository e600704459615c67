import { matrix, type Matrix } from '../linalg/matrix.js'

/** A ≈ left · right, cheaper to apply than A. */
export interface Factors {
  /** `[rows, rank]`. */
  readonly left: Matrix
  /** `[rank, cols]`. */
  readonly right: Matrix
}

/** Steps after which a matrix counts as one of full rank. */
const rankLimit = 64
/** The factors must save this share of the work, as two thin products run slower than one square product. */
const worthwhile = 0.75
const unitRoundoff = 2 ** -53

/** 2^−exponent of the largest entry, so that scaling by it is exact; 1 when all are zero. */
function inverseScale(values: Iterable<number>): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, value)
  return largest > 0 && largest < Infinity ? 2 ** -Math.max(-1000, Math.floor(Math.log2(largest))) : 1
}

function* column({ rows, cols, data }: Matrix, v: number): Generator<number> {
  for (let u = 0; u < rows; u++) yield data[u * cols + v]
}

const rowOf = ({ cols, data }: Matrix, u: number): Float64Array => data.subarray(u * cols, (u + 1) * cols)

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let v = 0; v < a.length; v++) sum += a[v] * b[v]
  return sum
}

function subtract(row: Float64Array, factor: number, direction: Float64Array): void {
  for (let v = 0; v < row.length; v++) row[v] -= factor * direction[v]
}

/** The direction of a residual row, orthogonal to those before: projected twice, which is enough (Parlett 1998, §6.9). */
function nextDirection(row: Float64Array, before: readonly Float64Array[]): Float64Array {
  const direction = row.slice()
  for (let pass = 0; pass < 2; pass++) {
    const size = Math.sqrt(dot(direction, direction))
    direction.forEach((value, v) => (direction[v] = value / size))
    for (const other of before) subtract(direction, dot(other, direction), other)
  }
  const size = Math.sqrt(dot(direction, direction))
  return direction.map((value) => value / size)
}

/** Whether |A − left · right| plus the rounding of both products stays below tolerance · A in every entry. */
function accurate(
  a: Matrix,
  coefficients: readonly Float64Array[],
  directions: readonly Float64Array[],
  tolerance: number,
): boolean {
  const rounding = 2 * (directions.length + 2) * unitRoundoff
  for (let u = 0; u < a.rows; u++) {
    const row = rowOf(a, u)
    const rest = row.slice()
    const size = new Float64Array(a.cols)
    directions.forEach((direction, k) => {
      const c = coefficients[k][u]
      for (let v = 0; v < a.cols; v++) {
        rest[v] -= c * direction[v]
        size[v] += Math.abs(c * direction[v])
      }
    })
    for (let v = 0; v < a.cols; v++) if (!(Math.abs(rest[v]) + rounding * size[v] <= tolerance * row[v])) return false
  }
  return true
}

/**
 * Factors a matrix of low numerical rank: rows and columns are scaled by powers of two to a largest entry near 1, then
 * orthogonal directions are taken from the largest remaining row, one at a time.
 *
 * The factors are accurate entry by entry, rounding included: |A − left · right| ≤ tolerance · A. For kernels G(v; x, x')
 * that are covariances, Cauchy and Schwarz carry that over to K(u) = Σ_v A(u, v) G(v): with L(u) what the factors give,
 *
 *     |K(u; x, x') − L(u; x, x')| ≤ tolerance · √(K(u; x, x) K(u; x', x')),
 *
 * whatever the samples: a position that is dead stays exactly dead, and none becomes negative.
 *
 * @param a entries ≥ 0
 * @param tolerance below 1; 0 switches factoring off
 * @returns nothing when no such factors are cheaper than the matrix itself
 */
export function factorLowRank(a: Matrix, tolerance: number): Factors | undefined {
  const { rows, cols } = a
  const limit = Math.min(rankLimit, Math.floor((worthwhile * rows * cols) / (rows + cols)))
  if (!(tolerance > 0) || limit < 1) return undefined
  const rowScale = Float64Array.from({ length: rows }, (_, u) => inverseScale(rowOf(a, u)))
  const scaled = matrix(
    rows,
    cols,
    a.data.map((value, k) => value * rowScale[Math.floor(k / cols)]),
  )
  const columnScale = Float64Array.from({ length: cols }, (_, v) => inverseScale(column(scaled, v)))
  scaled.data.forEach((value, k) => (scaled.data[k] = value * columnScale[k % cols]))
  const rest = matrix(rows, cols, scaled.data.slice())
  const directions: Float64Array[] = []
  const coefficients: Float64Array[] = []
  let exhausted = false
  while (!exhausted && directions.length < limit) {
    const sizes = Array.from({ length: rows }, (_, u) => dot(rowOf(rest, u), rowOf(rest, u)))
    const pivot = sizes.indexOf(Math.max(...sizes))
    if (!(sizes[pivot] > 0)) return undefined
    const direction = nextDirection(rowOf(rest, pivot), directions)
    const along = Float64Array.from({ length: rows }, (_, u) => dot(rowOf(scaled, u), direction))
    for (let u = 0; u < rows; u++) subtract(rowOf(rest, u), along[u], direction)
    directions.push(direction)
    coefficients.push(along)
    exhausted = rest.data.every((value, k) => Math.abs(value) <= 0.5 * tolerance * scaled.data[k])
  }
  if (!exhausted || !accurate(scaled, coefficients, directions, tolerance)) return undefined
  const rank = directions.length
  const left = matrix(rows, rank)
  const right = matrix(rank, cols)
  for (let k = 0; k < rank; k++) {
    for (let u = 0; u < rows; u++) left.data[u * rank + k] = coefficients[k][u] / rowScale[u]
    for (let v = 0; v < cols; v++) right.data[k * cols + v] = directions[k][v] / columnScale[v]
  }
  return { left, right }
}
