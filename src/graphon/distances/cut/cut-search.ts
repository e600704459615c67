import { defaultKernels, withScratch } from '../../../linalg/kernels.js'
import type { Matrix } from '../../../linalg/matrix.js'
import type { RandomStream } from '../../../random/random.js'
import { evenWidth, paddedRows } from './cut-border.js'

/** Σ_j |Σ_i s_i M_ij|: the best sᵀMt for the given row signs. */
export function valueOfSigns({ rows, cols, data }: Matrix, signs: ArrayLike<number>): number {
  const sums = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) sums[j] += signs[i] * data[i * cols + j]
  return sums.reduce((total, value) => total + Math.abs(value), 0)
}

/**
 * The best row signs found by climbing from every start: single signs are flipped while that raises Σ_j |Σ_i s_i M_ij|.
 * What no flip improves, no alternation between the two sides improves.
 *
 * @param starts ±1 for every row of `m`; at least one start
 * @returns the signs, the first of equally good ones
 */
export function climbSigns(m: Matrix, starts: readonly Float64Array[]): Float64Array {
  const kernels = defaultKernels()
  const width = evenWidth(m.cols)
  const ends = withScratch(kernels, (scratch) => {
    const at = scratch.put(paddedRows(m))
    const signs = scratch.alloc(m.rows * 8)
    const work = scratch.alloc(width * 8)
    const view = scratch.f64(signs, m.rows)
    return starts.map((start) => {
      view.set(start)
      kernels.call.cutClimb(m.rows, width, at, signs, work)
      return view.slice()
    })
  })
  const values = ends.map((signs) => valueOfSigns(m, signs))
  return ends[values.indexOf(Math.max(...values))]
}

/** All rows alike, rows with the sign of their sum or its opposite against the border, and `count` random starts. */
export function plainStarts(m: Matrix, count: number, random: RandomStream): Float64Array[] {
  const bySum = (border: number) =>
    Float64Array.from({ length: m.rows }, (_, i) => (i === 0 ? border : m.data[i * m.cols] >= 0 ? 1 : -1))
  const draw = () => Float64Array.from({ length: m.rows }, () => 2 * random.below(2) - 1)
  return [new Float64Array(m.rows).fill(1), bySum(1), bySum(-1), ...Array.from({ length: count }, draw)]
}

/**
 * Signs of random projections of unit vectors, which round a relaxation (Goemans and Williamson 1995).
 *
 * @param vectors one in every row
 */
export function roundedStarts({ rows, cols, data }: Matrix, count: number, random: RandomStream): Float64Array[] {
  return Array.from({ length: count }, () => {
    const direction = Float64Array.from({ length: cols }, () => random.normal())
    return Float64Array.from({ length: rows }, (_, i) => {
      let dot = 0
      for (let k = 0; k < cols; k++) dot += direction[k] * data[i * cols + k]
      return dot >= 0 ? 1 : -1
    })
  })
}
