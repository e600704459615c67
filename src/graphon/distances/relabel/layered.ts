import { matrix, transpose, type Matrix } from '../../../linalg/matrix.js'
import { expand } from '../../chain/refine.js'
import { inOrder, type Coupling } from './coupling.js'

/**
 * Two layered step functions with the same axes: matrix l has axis l as its columns and axis l + 1 as its rows. Each has bins
 * of its own on an axis. What may be relabelled are the positions of the free axes.
 */
export interface LayeredPair {
  readonly a: readonly Matrix[]
  readonly b: readonly Matrix[]
  /** Bin measures of every axis, with sum 1. */
  readonly measuresA: readonly Float64Array[]
  readonly measuresB: readonly Float64Array[]
  readonly free: readonly boolean[]
}

/** One coupling for every axis, shared by the matrices on its two sides. */
export type Couplings = readonly Coupling[]

/** Positions as they are. */
export function unmovedCouplings({ measuresA, measuresB }: LayeredPair): Couplings {
  return measuresA.map((measure, axis) => inOrder(measure, measuresB[axis]))
}

/** Matrices of one layer on common bins, with the bins' measures. */
export interface AlignedLayer {
  readonly a: Matrix
  readonly b: Matrix
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
}

/** Layer `l` on the places of the couplings of its rows and columns. */
export function alignLayer({ a, b }: LayeredPair, l: number, couplings: Couplings): AlignedLayer {
  const [cols, rows] = [couplings[l], couplings[l + 1]]
  return {
    a: expand(a[l], rows.inA, cols.inA),
    b: expand(b[l], rows.inB, cols.inB),
    rowMeasure: rows.measure,
    colMeasure: cols.measure,
  }
}

/** The layers on both sides of an axis, with the axis as rows, and the axis across. */
export function neighbours({ a, b }: LayeredPair, axis: number) {
  const as = (l: number, m: Matrix) => (l === axis ? transpose(m) : m)
  return [axis - 1, axis]
    .filter((l) => l >= 0 && l < a.length)
    .map((l) => ({ l, a: as(l, a[l]), b: as(l, b[l]), across: l === axis ? axis + 1 : axis - 1 }))
}

/** Measures 1/n of n bins. */
export const uniformMeasure = (n: number): Float64Array => new Float64Array(n).fill(1 / n)

/** A weighted by the areas of its bins. */
export function byArea({ rows, cols, data }: Matrix, row: Float64Array, col: Float64Array): Matrix {
  const result = matrix(rows, cols)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result.data[i * cols + j] = data[i * cols + j] * row[i] * col[j]
  }
  return result
}
