import { matmul } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { symmetricEigen } from '../../../linalg/symmetric-eigen.js'

const unit = Number.EPSILON / 2

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/**
 * Whether `shift`·I − G is certainly positive semidefinite: Cholesky's algorithm in floating point runs to its end on
 * (shift − c)·I − G with c = γ/(1 − γ)·trace, γ = (n + 2)u/(1 − (n + 2)u) (Rump 2006, Verification of positive definiteness;
 * one u more for rounding the diagonal).
 */
export function dominates(g: Matrix, shift: number): boolean {
  const n = g.rows
  const gamma = ((n + 2) * unit) / (1 - (n + 2) * unit)
  let trace = 0
  for (let i = 0; i < n; i++) trace += shift - g.data[i * n + i]
  const margin = (gamma / (1 - gamma)) * trace * (1 + 1e-10) + 4 * unit * shift
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = i === j ? shift - margin - g.data[i * n + i] : -g.data[i * n + j]
      const [a, b] = [i * n, j * n]
      for (let k = 0; k < j; k++) value -= lower[a + k] * lower[b + k]
      if (i > j) lower[a + j] = value / lower[b + j]
      else if (value > 0) lower[a + i] = Math.sqrt(value)
      else return false
    }
  }
  return true
}

/**
 * λ ≥ the largest eigenvalue of N Nᵀ for the exact N of which `n` holds entries rounded by at most 8 units, close to it.
 * The guess comes from an eigensolver, the certainty from {@link dominates}.
 */
export function largestGramEigenvalue(n: Matrix): number {
  const gram = matmul(n, n, n.rows <= n.cols ? { transposeB: true } : { transposeA: true })
  const guess = symmetricEigen(gram, { vectors: false }).values[0]
  let squares = 0
  for (const value of n.data) squares += value * value
  const long = Math.max(n.rows, n.cols)
  // Rounding of N and of the product: |N||N|ᵀ has spectral norm at most Σ N².
  const rounding = (long + 20) * Number.EPSILON * squares
  for (let relative = 2 * (gram.rows + 8) ** 2 * unit; ; relative *= 4) {
    const shift = guess * (1 + relative) + Number.MIN_VALUE
    if (dominates(gram, shift)) return (shift + rounding) * (1 + 4 * unit)
    if (!(relative < 1)) return squares * (1 + long * long * Number.EPSILON)
  }
}

/** Positive numbers: entries below a millionth of the mean are raised to it, which keeps 1/√ tame. */
function floored(values: Float64Array): Float64Array {
  const floor = (1e-6 * sum(values)) / values.length
  return values.map((value) => Math.max(value, floor))
}

/**
 * A certain upper bound on ‖M‖_{∞→1} from any non-negative p, q that are not all zero:
 *
 *     sᵀMt = Σ √p_i s_i N_ij √q_j t_j ≤ √(Σp Σq) σ_max(N),   N = P^{-1/2} M Q^{-1/2}
 *
 * by Cauchy and Schwarz. It is the dual of the semidefinite relaxation, diag(p) and diag(q) scaled by σ_max: at the
 * relaxation's own p, q σ_max = 1 and the bound equals its value. Whatever p and q are the bound holds.
 *
 * @param p one for every row, @param q one for every column
 */
export function certifiedBound(m: Matrix, p: Float64Array, q: Float64Array): number {
  const [a, b] = [floored(p), floored(q)]
  const [left, right] = [a.map((value) => 1 / Math.sqrt(value)), b.map((value) => 1 / Math.sqrt(value))]
  const n = matrix(m.rows, m.cols)
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) n.data[i * m.cols + j] = m.data[i * m.cols + j] * left[i] * right[j]
  }
  const factors = [sum(a), sum(b), largestGramEigenvalue(n)].map(Math.sqrt)
  return factors[0] * factors[1] * factors[2] * (1 + (m.rows + m.cols + 8) * Number.EPSILON)
}
