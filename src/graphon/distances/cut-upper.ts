import { matmul } from '../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../linalg/matrix.js'
import { randomStream } from '../../random/random.js'

/** A certified bound on the cut norm, and sets of rows from which a search may start. */
export interface Relaxation {
  readonly upper: number
  /** Row sets as 0/1. */
  readonly starts: readonly Uint8Array[]
}

/** max(sum of positive entries, sum of negative ones): no cut can gather more. Exact when all entries have one sign. */
export function massBound({ data }: Matrix): number {
  let positive = 0
  let negative = 0
  for (const value of data) {
    if (value > 0) positive += value
    else negative -= value
  }
  return Math.max(positive, negative)
}

/**
 * An upper bound on the largest singular value: σ_max ≤ (tr G^{2^k})^{1/2^{k+1}} with G = M Mᵀ, by k squarings. It exceeds
 * σ_max by a factor of at most rows^{1/2^{k+1}}. Rounding is covered: a relative error δ made at one squaring is halved by
 * the root as often as it is doubled later, so all of them together stay below the 4·rows²·ε added at the end.
 *
 * @param m with rows ≤ cols for speed
 */
export function singularValueBound(m: Matrix): number {
  const n = m.rows
  const squarings = n <= 256 ? 10 : 8
  let gram = matmul(m, m, { transposeB: true })
  let logTrace = 0
  for (let k = 0; ; k++) {
    let trace = 0
    for (let i = 0; i < n; i++) trace += gram.data[i * n + i]
    if (trace === 0) return 0
    logTrace = 2 * logTrace + Math.log(trace)
    if (k === squarings) break
    const scale = 1 / trace
    const scaled = matrix(
      n,
      n,
      gram.data.map((value) => value * scale),
    )
    gram = matmul(scaled, scaled)
  }
  return Math.exp(logTrace / 2 ** (squarings + 1)) * (1 + 4 * n * n * Number.EPSILON)
}

/**
 * E with one row and one column more, so that all row and column sums vanish up to sign. Its ∞→1 norm, the maximum of
 * sᵀẼt over signs s and t, is four times the cut norm of E (Alon and Naor 2006, section 3; here the border has the
 * opposite signs, which the maximum does not see).
 */
export function bordered({ rows, cols, data }: Matrix): Matrix {
  const result = matrix(rows + 1, cols + 1)
  const last = rows * (cols + 1)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]
      result.data[i * (cols + 1) + j] = value
      result.data[i * (cols + 1) + cols] += value
      result.data[last + j] += value
      result.data[last + cols] += value
    }
  }
  return result
}

/** Scales every row to length 1 in place and returns the lengths; a zero row becomes the first axis. */
function normaliseRows({ rows, cols, data }: Matrix): Float64Array {
  const lengths = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols)
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    lengths[i] = length
    if (length > 0) for (let j = 0; j < cols; j++) row[j] /= length
    else row.fill(0)[0] = 1
  }
  return lengths
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Positive numbers: entries below a millionth of the mean are raised to it, which keeps 1/√ tame. */
function floored(values: Float64Array): Float64Array {
  const floor = (1e-6 * sum(values)) / values.length
  return values.map((value) => Math.max(value, floor))
}

/** ‖M‖_{∞→1} ≤ √(Σp Σq) · σ_max(P^{-1/2} M Q^{-1/2}) for any positive p, q: Cauchy and Schwarz. */
function scaledBound(m: Matrix, p: Float64Array, q: Float64Array): number {
  const scaled = matrix(
    m.rows,
    m.cols,
    m.data.map((value, k) => value / Math.sqrt(p[Math.floor(k / m.cols)] * q[k % m.cols])),
  )
  return Math.sqrt(sum(p) * sum(q)) * singularValueBound(scaled)
}

const vectorLength = 16
const startsFromVectors = 12

/**
 * Bounds the cut norm by Grothendieck's relaxation: signs become unit vectors, max Σ Ẽ_ij ⟨u_i, v_j⟩ ≥ 4‖E‖_□, at most
 * 1.783 times as large. The vectors are found by alternating maximisation; they need not be optimal, because only the
 * dual scaling p_i = |Σ_j Ẽ_ij v_j|, q_j = |Σ_i Ẽ_ij u_i| is taken from them and any scaling bounds rigorously. Uniform
 * scaling (the plain spectral bound) is tried as well. Signs of random projections of the u_i are good row sets.
 *
 * @param e rows ≤ cols for speed
 */
export function relaxCut(e: Matrix): Relaxation {
  const m = bordered(e)
  const mass = m.data.reduce((total, value) => total + Math.abs(value), 0)
  if (mass === 0) return { upper: 0, starts: [] }
  const random = randomStream(0, 'cut relaxation', m.rows, m.cols)
  const gaussian = (rows: number) =>
    matrix(
      rows,
      vectorLength,
      Float64Array.from({ length: rows * vectorLength }, () => random.normal()),
    )
  let v = gaussian(m.cols)
  normaliseRows(v)
  const mt = transpose(m)
  let u = v
  let p = new Float64Array(m.rows)
  let q = new Float64Array(m.cols)
  let objective = 0
  const rounds = Math.min(400, Math.max(40, Math.ceil(4e7 / m.data.length)))
  for (let round = 0; round < rounds; round++) {
    u = matmul(m, v)
    p = Float64Array.from(normaliseRows(u))
    v = matmul(mt, u)
    q = Float64Array.from(normaliseRows(v))
    const previous = objective
    objective = sum(q)
    if (objective - previous <= 1e-7 * objective) break
  }
  const uniform = (n: number) => new Float64Array(n).fill(1)
  const bound = Math.min(scaledBound(m, floored(p), floored(q)), scaledBound(m, uniform(m.rows), uniform(m.cols)))
  const starts = Array.from({ length: startsFromVectors }, () => {
    const direction = Float64Array.from({ length: vectorLength }, () => random.normal())
    const side = (i: number) => direction.reduce((dot, value, k) => dot + value * u.data[i * vectorLength + k], 0) > 0
    const border = side(e.rows)
    return Uint8Array.from({ length: e.rows }, (_, i) => (side(i) === border ? 1 : 0))
  })
  return { upper: bound / 4, starts }
}
