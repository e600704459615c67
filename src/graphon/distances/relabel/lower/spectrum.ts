import { matmul } from '../../../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../../../linalg/matrix.js'
import { symmetricEigen } from '../../../../linalg/symmetric-eigen.js'
import { integral, largestGap, ranges, rowDegrees, type Sides } from './sides.js'

/** A − c and B − c: their difference is that of A and B, whatever the constant. */
export interface Shifted {
  readonly a: Matrix
  readonly b: Matrix
  /** Singular values as operators on L², largest first, as many in both. */
  readonly sigmaA: Float64Array
  readonly sigmaB: Float64Array
  /** |σ_i(A) − σ_i(B)| less what rounding can amount to. */
  readonly apart: Float64Array
  /** Bound on the rounding errors of σ_i². */
  readonly error: number
}

/** σ_i of the operator with kernel A: those of √μ_i A_ij √ν_j; and a bound on the errors of their squares. */
function singularValues({ rows, cols, data }: Matrix, row: Float64Array, col: Float64Array) {
  const scaled = data.map((value, k) => value * Math.sqrt(row[Math.floor(k / cols)] * col[k % cols]))
  const m = matrix(rows, cols, scaled)
  const narrow = rows <= cols ? m : transpose(m)
  const { values } = symmetricEigen(matmul(narrow, narrow, { transposeB: true }), { vectors: false })
  const squares = scaled.reduce((sum, value) => sum + value * value, 0)
  const error = 4 * (rows + cols) * Number.EPSILON * squares
  return { sigma: values.map((value) => Math.sqrt(Math.max(0, value))), error }
}

/** Largest smaller side for which several constants are tried. */
const manyShifts = 256

/** The functions less each of a few constants: 0, the means, the middle of the range. */
export function shifts(sides: Sides): Shifted[] {
  const { a, b, rowA, rowB, colA, colB } = sides
  const mean = (m: Matrix, row: Float64Array, col: Float64Array) => integral(rowDegrees(m, col), row)
  const { a: rangeA, b: rangeB } = ranges(sides)
  const [meanA, meanB] = [mean(a, rowA, colA), mean(b, rowB, colB)]
  const middle = (Math.min(rangeA.least, rangeB.least) + Math.max(rangeA.most, rangeB.most)) / 2
  const few = Math.min(a.rows, a.cols) > manyShifts || Math.min(b.rows, b.cols) > manyShifts
  const constants = few ? [0, meanB] : [0, meanA, meanB, middle]
  return [...new Set(constants)].map((c) => {
    const less = (m: Matrix) =>
      matrix(
        m.rows,
        m.cols,
        m.data.map((value) => value - c),
      )
    const [x, y] = [less(a), less(b)]
    const [s, t] = [singularValues(x, rowA, colA), singularValues(y, rowB, colB)]
    const padded = ({ sigma }: typeof s) => {
      const result = new Float64Array(Math.max(s.sigma.length, t.sigma.length))
      result.set(sigma)
      return result
    }
    const [sigmaA, sigmaB] = [padded(s), padded(t)]
    // |σ² − τ²| ≤ e gives |σ − τ| ≤ min(√e, e/σ).
    const slack = (value: number, error: number) =>
      value > 0 ? Math.min(Math.sqrt(error), error / value) : Math.sqrt(error)
    const apart = sigmaA.map((value, i) =>
      Math.max(0, Math.abs(value - sigmaB[i]) - slack(value, s.error) - slack(sigmaB[i], t.error)),
    )
    return { a: x, b: y, sigmaA, sigmaB, apart, error: Math.max(s.error, t.error) }
  })
}

/** Σ |σ_i(A) − σ_i(B)|^power. */
function powerSum({ apart }: Shifted, power: number): number {
  return apart.reduce((sum, value) => sum + value ** power, 0)
}

/** ∫ |A|. */
export function absoluteMean({ rows, cols, data }: Matrix, row: Float64Array, col: Float64Array): number {
  return integral(rowDegrees(matrix(rows, cols, data.map(Math.abs)), col), row)
}

/**
 * ‖A − B‖_□ from singular values, which relabelling does not change. With D = A − B, |D| ≤ M, D in [−x, y], s = x + y, and
 * Σ |σ_i(A) − σ_i(B)|⁴ ≤ ‖D‖₄⁴ and max |σ_i(A) − σ_i(B)| ≤ ‖D‖_op (Mirsky 1960, Schatten norms):
 *
 *     ‖D‖₄⁴ = ∫ D(u, v) D(u, v′) D(u′, v) D(u′, v′) ≤ s² ‖D‖₁ ‖D‖_□,      ‖D‖_op² ≤ 2π M ‖D‖_□.
 *
 * The first is the counting lemma's argument on the 4-cycle; the second interpolates between L^∞ → L¹ and L¹ → L^∞ (Riesz and
 * Thorin; complex functions cost π/2 in the first). docs/theory.md has the proofs.
 */
export function cutFromSpectrum(sides: Sides, shifted: readonly Shifted[]): number {
  const gap = largestGap(sides)
  if (gap === 0) return 0
  const { rowA, rowB, colA, colB } = sides
  const { a, b } = ranges(sides)
  const span = Math.max(0, a.most - b.least) + Math.max(0, b.most - a.least)
  const mass = shifted.reduce(
    (least, { a: x, b: y }) => Math.min(least, absoluteMean(x, rowA, colA) + absoluteMean(y, rowB, colB)),
    gap,
  )
  const bounds = shifted.map((both) => {
    const largest = both.apart.reduce((most, value) => Math.max(most, value), 0)
    return Math.max(largest ** 2 / (2 * Math.PI * gap), mass > 0 ? powerSum(both, 4) / (span * span * mass) : 0)
  })
  return Math.max(...bounds)
}

/** ∫ (A − B)² ≥ Σ (σ_i(A) − σ_i(B))² (Mirsky 1960). */
export function squaresFromSpectrum(shifted: readonly Shifted[]): number {
  return Math.max(...shifted.map((both) => powerSum(both, 2)))
}
