import { defaultKernels, withScratch } from '../../../linalg/kernels.js'
import { gemm, operand, parallelGemm } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { ascend, type Ascent } from './sphere-ascent.js'

/** Where the ascent stands. */
export interface Relaxation {
  /** Unit vectors of the rows `[rows, rank]`, and of the columns. */
  readonly left: Matrix
  readonly right: Matrix
  /** p_i = ⟨u_i, Σ_j M_ij v_j⟩ and q_j = |Σ_i M_ij u_i|: at the maximum the dual solution. */
  readonly p: Float64Array
  readonly q: Float64Array
}

export interface RelaxOptions {
  /** Steps at most. */
  readonly steps: number
  /** Stop when the gradient's length is below this fraction of the value. */
  readonly tolerance: number
}

/** Scales every row to length 1 in place; a zero row stays zero. Lengths go to `lengths`. */
function normaliseRows(data: Float64Array, cols: number, lengths: Float64Array): void {
  for (let i = 0; i < lengths.length; i++) {
    let square = 0
    for (let k = i * cols; k < (i + 1) * cols; k++) square += data[k] * data[k]
    lengths[i] = Math.sqrt(square)
    if (square > 0) for (let k = i * cols; k < (i + 1) * cols; k++) data[k] /= lengths[i]
  }
}

/** Vectors of this many dimensions lose nothing (Barvinok 1995, Pataki 1998); more than 40 cost more than they bring. */
export function relaxationRank({ rows, cols }: Matrix): number {
  return Math.max(2, Math.min(rows, 40, Math.ceil(Math.sqrt(2 * (rows + cols)))))
}

/**
 * Grothendieck's relaxation of max sᵀMt: signs become unit vectors, max Σ M_ij ⟨u_i, v_j⟩, at most 1.783 times as large. For
 * given u the best v_j is the direction of Σ_i M_ij u_i, which leaves F(u) = Σ_j |Σ_i M_ij u_i| on a product of spheres
 * (the low-rank method of Burer and Monteiro 2003), climbed by {@link ascend}. It need not arrive: what is taken from it is
 * made certain elsewhere.
 *
 * @param m `[rows, cols]`; rows ≤ cols for speed
 * @param start unit vectors of the rows `[rows, rank]`
 */
export function relaxSigns(m: Matrix, start: Matrix, { steps, tolerance }: RelaxOptions): Relaxation {
  const { rows, cols } = m
  const rank = start.cols
  const kernels = defaultKernels()
  return withScratch(kernels, (scratch) => {
    const pM = scratch.put(m.data)
    const [pU, pV, pG] = [rows, cols, rows].map((count) => scratch.alloc(count * rank * 8))
    const work = scratch.alloc(kernels.call.gemmWorkspace())
    const large = rows * cols * rank >= 2 ** 22
    // The workspace of a parallel product is taken and grown once, before there are views.
    if (large) parallelGemm(kernels, 'f64', [cols, rank, rows], operand(pM, cols, true), operand(pU, rank), pV, rank)
    const [U, V, G] = [pU, pV, pG].map((at, k) => scratch.f64(at, (k === 1 ? cols : rows) * rank))
    const q = new Float64Array(cols)
    const product: typeof gemm = large
      ? (engine, precision, shape, a, b, c, ldc) => parallelGemm(engine, precision, shape, a, b, c, ldc)
      : gemm
    const evaluate = (u: Float64Array): Ascent => {
      U.set(u)
      product(kernels, 'f64', [cols, rank, rows], operand(pM, cols, true), operand(pU, rank), pV, rank, work)
      normaliseRows(V, rank, q)
      product(kernels, 'f64', [rows, rank, cols], operand(pM, cols), operand(pV, rank), pG, rank, work)
      return { value: q.reduce((total, value) => total + value, 0), gradient: G }
    }
    const { point, radial } = ascend(evaluate, start, { steps, tolerance })
    return {
      left: matrix(rows, rank, point),
      right: matrix(cols, rank, V.slice()),
      p: radial,
      q,
    }
  })
}
