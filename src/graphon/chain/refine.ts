import { matrix, type Matrix } from '../../linalg/matrix.js'
import { createChain, type GraphonChain } from './chain.js'
import { NumbersError } from '../../numbers-error.js'

/** A finer partition of [0, 1] and where each of its bins lies in a coarser one. */
export interface Refinement {
  readonly measure: Float64Array
  /** Bin of the first partition that holds each new bin. */
  readonly inA: Int32Array
  readonly inB: Int32Array
}

/** Breakpoints closer than this are one: sums of measures carry rounding errors of about n·1e-16. */
const sameBreakpoint = 1e-11

function breakpoints(measure: Float64Array): Float64Array {
  let sum = 0
  const ends = measure.map((value) => (sum += value))
  ends[ends.length - 1] = 1
  return ends
}

/** The coarsest partition that refines both: the union of their breakpoints. */
export function commonRefinement(a: Float64Array, b: Float64Array): Refinement {
  const endsA = breakpoints(a)
  const endsB = breakpoints(b)
  const measure: number[] = []
  const inA: number[] = []
  const inB: number[] = []
  let start = 0
  for (let i = 0, j = 0; i < endsA.length && j < endsB.length;) {
    const end = Math.min(endsA[i], endsB[j])
    inA.push(i)
    inB.push(j)
    measure.push(end - start)
    start = end
    const [nextA, nextB] = [endsA[i] - end <= sameBreakpoint, endsB[j] - end <= sameBreakpoint]
    if (nextA) i++
    if (nextB) j++
  }
  return { measure: Float64Array.from(measure), inA: Int32Array.from(inA), inB: Int32Array.from(inB) }
}

/** Whether two partitions have the same breakpoints. */
export function samePartition(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  const endsB = breakpoints(b)
  return breakpoints(a).every((end, i) => Math.abs(end - endsB[i]) <= sameBreakpoint)
}

/** The matrix whose entry (r, c) is entry (rowFrom[r], colFrom[c]); an absent map leaves that side as it is. */
export function expand(source: Matrix, rowFrom?: Int32Array, colFrom?: Int32Array): Matrix {
  if (!rowFrom && !colFrom) return source
  const result = matrix(rowFrom?.length ?? source.rows, colFrom?.length ?? source.cols)
  for (let r = 0; r < result.rows; r++) {
    const row = (rowFrom ? rowFrom[r] : r) * source.cols
    for (let c = 0; c < result.cols; c++)
      result.data[r * result.cols + c] = source.data[row + (colFrom ? colFrom[c] : c)]
  }
  return result
}

/**
 * The same chain of functions on finer bins: every hidden layer is cut at the breakpoints of `measures` as well as at its
 * own.
 *
 * @param measures one per hidden layer
 * @throws RangeError when their number is not that of the hidden layers
 */
export function refineChain(chain: GraphonChain, measures: readonly Float64Array[]): GraphonChain {
  if (measures.length !== chain.measures.length) {
    throw new NumbersError(`refineChain: expected ${chain.measures.length} measures, got ${measures.length}`)
  }
  const cuts = chain.measures.map((own, l) => commonRefinement(own, measures[l]))
  const maps = [undefined, ...cuts.map(({ inA }) => inA), undefined]
  const finer = (m: Matrix, i: number) => expand(m, maps[i + 1], maps[i])
  return createChain({
    W: chain.W.map(finer),
    ...(chain.V && { V: chain.V.map(finer) }),
    measures: cuts.map(({ measure }) => measure),
  })
}
