import type { Matrix } from '../../../../linalg/matrix.js'
import { integral, type Sides } from './sides.js'
import { absoluteMean, type Shifted } from './spectrum.js'

/** sup of the positive part plus sup of the negative part, of all entries, of each row, of each column. */
function spans({ rows, cols, data }: Matrix) {
  const of = (length: number, line: (k: number) => number) => {
    const [up, down] = [new Float64Array(length), new Float64Array(length)]
    data.forEach((value, k) => {
      const i = line(k)
      up[i] = Math.max(up[i], value)
      down[i] = Math.max(down[i], -value)
    })
    return up.map((value, i) => value + down[i])
  }
  return { all: of(1, () => 0)[0], row: of(rows, (k) => Math.floor(k / cols)), col: of(cols, (k) => k % cols) }
}

/**
 * The counting lemma (Lovász 2012, lemma 10.23) on cycles of 4 and 6 edges, with the constants that its proof gives for the
 * functions at hand. Exchanging A for B at one edge after the other, each step is ∫ D(u, v) f(u) g(v) times what the other edges
 * are, f and g the edges next to it. With spans s(f) = sup f⁺ + sup f⁻ that is at most s(f) s(g) ‖D‖_□, so
 *
 *     |t(C₄, A) − t(C₄, B)| ≤ ‖D‖_□ (∫ |A| s_row s_col + s_A² ‖B‖₁ + s_B² ‖A‖₁ + ∫ |B| s_row s_col)
 *
 * for A and B less any constant, signed or not.
 */
export function cycleBound({ rowA, rowB, colA, colB }: Sides, shifted: readonly Shifted[]): number {
  const bounds = shifted.map(({ a, b, sigmaA, sigmaB, error }) => {
    const [inA, inB] = [spans(a), spans(b)]
    const [massA, massB] = [absoluteMean(a, rowA, colA), absoluteMean(b, rowB, colB)]
    const own = ({ rows, cols, data }: Matrix, { row, col }: typeof inA, mu: Float64Array, nu: Float64Array) =>
      integral(
        Float64Array.from({ length: rows }, (_, i) => {
          let sum = 0
          for (let j = 0; j < cols; j++) sum += Math.abs(data[i * cols + j]) * col[j] * nu[j]
          return sum * row[i]
        }),
        mu,
      )
    const across = Math.min(inA.all ** 2 * massB + inB.all ** 2 * massA, inA.all * inB.all * (massA + massB))
    const four = own(a, inA, rowA, colA) + own(b, inB, rowB, colB) + across
    const span = Math.max(inA.all, inB.all)
    const six = 6 * span ** 4 * Math.max(massA, massB)
    const squares = Math.max(...[sigmaA, sigmaB].map((sigma) => sigma.reduce((sum, value) => sum + value * value, 0)))
    const apart = (power: number) => {
      const found = sigmaA.reduce((sum, value, i) => sum + value ** power - sigmaB[i] ** power, 0)
      return Math.abs(found) - power * error * (squares + error) ** (power / 2 - 1)
    }
    return Math.max(four > 0 ? apart(4) / four : 0, six > 0 ? apart(6) / six : 0)
  })
  return Math.max(...bounds)
}
