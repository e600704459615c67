import { matmul } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { expand } from '../../chain/refine.js'
import type { Coupling } from './coupling.js'

/** |A − B|, or (A − B)². */
export type Power = 1 | 2

/**
 * For every row i of A and row p of B their distance under a coupling of the columns: Σ_k mass_k |A(i, k) − B(p, k)|^power.
 * The transport problem with this cost is one step of co-optimal transport (Redko, Vayer, Flamary and Courty 2020, algorithm 1).
 */
export function rowCosts(a: Matrix, b: Matrix, across: Coupling, power: Power): Matrix {
  const [x, y] = [expand(a, undefined, across.inA), expand(b, undefined, across.inB)]
  return power === 2 ? squares(x, y, across.measure) : absolute(x, y, across.measure)
}

function absolute(x: Matrix, y: Matrix, mass: Float64Array): Matrix {
  const width = x.cols
  const result = matrix(x.rows, y.rows)
  for (let i = 0; i < x.rows; i++) {
    for (let p = 0; p < y.rows; p++) {
      let total = 0
      const [ofX, ofY] = [i * width, p * width]
      for (let k = 0; k < width; k++) total += mass[k] * Math.abs(x.data[ofX + k] - y.data[ofY + k])
      result.data[i * y.rows + p] = total
    }
  }
  return result
}

/** As ‖x‖² + ‖y‖² − 2⟨x, y⟩, by one product of matrices: off by rounding of the size of the squares. */
function squares(x: Matrix, y: Matrix, mass: Float64Array): Matrix {
  const scaled = (m: Matrix) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value, k) => value * Math.sqrt(mass[k % m.cols])),
    )
  const [left, right] = [scaled(x), scaled(y)]
  const length = (m: Matrix) =>
    Float64Array.from({ length: m.rows }, (_, i) =>
      m.data.subarray(i * m.cols, (i + 1) * m.cols).reduce((total, value) => total + value * value, 0),
    )
  const [ofX, ofY] = [length(left), length(right)]
  const result = matmul(left, right, { transposeB: true })
  for (let i = 0; i < x.rows; i++) {
    for (let p = 0; p < y.rows; p++) {
      const at = i * y.rows + p
      result.data[at] = Math.max(0, ofX[i] + ofY[p] - 2 * result.data[at])
    }
  }
  return result
}

/**
 * For every row i of A and row p of B the least of {@link rowCosts} over all couplings of the columns: that of the entries in
 * order, the Wasserstein distance of the two rows' values to the given power. Rows of A hold entries on bins `measureA`.
 */
export function profileCosts(
  a: Matrix,
  b: Matrix,
  measureA: Float64Array,
  measureB: Float64Array,
  power: Power,
): Matrix {
  const [ofA, ofB] = [sortedRows(a, measureA), sortedRows(b, measureB)]
  const result = matrix(a.rows, b.rows)
  for (let i = 0; i < a.rows; i++) {
    for (let p = 0; p < b.rows; p++) {
      const [x, y] = [ofA[i], ofB[p]]
      let total = 0
      let from = 0
      for (let k = 0, q = 0; k < x.values.length && q < y.values.length;) {
        const end = Math.min(x.ends[k], y.ends[q])
        const apart = Math.abs(x.values[k] - y.values[q])
        if (end > from) {
          total += (end - from) * (power === 2 ? apart * apart : apart)
          from = end
        }
        if (x.ends[k] <= end) k++
        if (y.ends[q] <= end) q++
      }
      result.data[i * b.rows + p] = total
    }
  }
  return result
}

/** Multiplications of {@link profileCosts}. */
export const profileWork = (a: Matrix, b: Matrix): number => a.rows * b.rows * (a.cols + b.cols)

/** Each row's entries in ascending order, and where each ends in [0, 1]. */
function sortedRows({ rows, cols, data }: Matrix, measure: Float64Array) {
  return Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * cols, (i + 1) * cols)
    const order = Array.from(row.keys()).sort((j, k) => row[j] - row[k] || j - k)
    let sum = 0
    const ends = Float64Array.from(order, (j) => (sum += measure[j]))
    return { values: Float64Array.from(order, (j) => row[j]), ends }
  })
}
