import { matrix, type Matrix } from '../../linalg/matrix.js'
import { commonRefinement, expand, samePartition } from '../refine.js'

/**
 * Two layered step functions with the same axes: matrix l has axis l as its columns and axis l + 1 as its rows. On every axis
 * both are cut into the same bins. What may be relabelled are the positions of the free axes.
 */
export interface LayeredPair {
  readonly a: readonly Matrix[]
  readonly b: readonly Matrix[]
  /** Bin measures of every axis. */
  readonly measures: readonly Float64Array[]
  readonly free: readonly boolean[]
}

/** For every axis the bin of the first function at each place: places in the order of the second function's bins. */
export type Relabelling = readonly Int32Array[]

export function identityRelabelling({ measures }: LayeredPair): Relabelling {
  return measures.map(({ length }) => Int32Array.from({ length }, (_, i) => i))
}

/** Matrices of one layer on common bins, with the bins' measures. */
export interface AlignedLayer {
  readonly a: Matrix
  readonly b: Matrix
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
}

/** The second function's bins, and the first one's in their new order, cut at each other's breakpoints. */
function place(measure: Float64Array, order: Int32Array) {
  const moved = Float64Array.from(order, (bin) => measure[bin])
  if (samePartition(moved, measure)) return { measure, inA: order, inB: undefined }
  const cut = commonRefinement(moved, measure)
  return { measure: cut.measure, inA: cut.inA.map((at) => order[at]), inB: cut.inB }
}

/**
 * Layer `l` after moving the bins of the first function, as intervals, into the given order: a measure-preserving map, also
 * where bins have unequal measures, because both are then cut finer.
 */
export function alignLayer({ a, b, measures }: LayeredPair, l: number, order: Relabelling): AlignedLayer {
  const cols = place(measures[l], order[l])
  const rows = place(measures[l + 1], order[l + 1])
  return {
    a: expand(a[l], rows.inA, cols.inA),
    b: expand(b[l], rows.inB, cols.inB),
    rowMeasure: rows.measure,
    colMeasure: cols.measure,
  }
}

/** Cuts both functions' axes at each other's breakpoints. Axes without measures, or with equal ones, stay as they are. */
export function layeredPair(
  a: readonly Matrix[],
  b: readonly Matrix[],
  measuresA: readonly Float64Array[],
  measuresB: readonly Float64Array[],
  free: readonly boolean[],
): LayeredPair {
  const cuts = measuresA.map((measure, axis): { measure: Float64Array; inA?: Int32Array; inB?: Int32Array } =>
    samePartition(measure, measuresB[axis]) ? { measure } : commonRefinement(measure, measuresB[axis]),
  )
  const onCommon = (side: 'inA' | 'inB') => (m: Matrix, l: number) => expand(m, cuts[l + 1][side], cuts[l][side])
  return { a: a.map(onCommon('inA')), b: b.map(onCommon('inB')), measures: cuts.map(({ measure }) => measure), free }
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
