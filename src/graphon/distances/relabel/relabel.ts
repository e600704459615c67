import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { binaryExponent, powerOfTwo } from '../../../linalg/symmetric.js'
import type { GraphonChain } from '../../chain/chain.js'
import { checkChains } from '../chains.js'
import { scaledUp } from '../difference.js'
import { checkFinite, checkMeasure } from '../distance.js'
import { uniformMeasure } from './layered.js'
import { relabelLayers, type RelabelledResult, type RelabelOptions } from './relabel-layers.js'
import { NumbersError } from '../../../numbers-error.js'

export type { ActiveBounds, CouplingList, RelabelInfo, RelabelledResult, RelabelOptions } from './relabel-layers.js'

export interface MatrixMeasures {
  readonly row?: Float64Array
  readonly col?: Float64Array
}

/** Both functions times one power of two, so that their largest entry is about 1. */
function scaled(a: readonly Matrix[], b: readonly Matrix[]) {
  const largest = [...a, ...b].reduce((most, { data }) => data.reduce((x, y) => Math.max(x, Math.abs(y)), most), 0)
  const exponent = binaryExponent(largest)
  const [first, second] = powerOfTwo(-exponent)
  const times = (m: Matrix) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value) => value * first * second),
    )
  const back = (result: RelabelledResult): RelabelledResult => {
    const up = (value: number) => scaledUp(value, exponent)
    const [value, lower, upper] = [result.value, result.lower, result.upper].map(up)
    const [from, to] = result.relabel.unmoved.map(up)
    return { ...result, value, lower, upper, relabel: { ...result.relabel, unmoved: [from, to] } }
  }
  return { a: a.map(times), b: b.map(times), back }
}

/** With sum 1, which measures may miss by a little. */
function unitMeasure(measure: Float64Array): Float64Array {
  const total = measure.reduce((sum, value) => sum + value, 0)
  return Math.abs(total - 1) <= 1e-14 * measure.length ? measure : measure.map((value) => value / total)
}

/**
 * Distance of two step functions on [0, 1]² up to relabelling each side by itself: for the cut norm the cut distance
 *
 *     δ_□(A, B) = inf over measure-preserving φ, ψ of ‖A(φ(u), ψ(v)) − B(u, v)‖_□ = min over couplings of rows and of columns
 *
 * of bipartite graphons (Lovász 2012, theorem 8.13). Finding it is as hard as matching graphs, so it is enclosed: `upper` is the
 * certified distance under one pair of couplings, found by co-optimal transport and exchanges; `lower` holds for every
 * relabelling, because it is made of invariants (see `relabellingLowerBound`). The functions may have different numbers of bins
 * and any bin measures.
 *
 * @param a `[rows, cols]`, entries finite
 * @param b any size
 * @param measuresA bin measures of a; default: all bins of a side alike
 * @throws RangeError when a matrix is empty, an entry is not finite, or a measure does not fit
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { distance, relabelledDistance } from 'limn/graphon'
 *
 * const [a, b] = [matrixOf([[1, 0], [0, 1]]), matrixOf([[0, 1], [1, 0]])]
 * // The same graphon, with its rows in another order.
 * console.log(distance(a, b, { norm: 'l1' }).value, relabelledDistance(a, b, { norm: 'l1' }).value) // 1 0
 */
export function relabelledDistance(
  a: Matrix,
  b: Matrix,
  options: RelabelOptions,
  measuresA: MatrixMeasures = {},
  measuresB: MatrixMeasures = {},
): RelabelledResult {
  const axes = (name: string, m: Matrix, measures: MatrixMeasures): Float64Array[] => {
    if (!(m.rows > 0 && m.cols > 0)) {
      throw new NumbersError(`distance: expected non-empty matrices, got ${m.rows} × ${m.cols}`)
    }
    checkFinite(`the ${name} matrix`, m)
    if (measures.row) checkMeasure(`rowMeasure of the ${name} matrix`, measures.row, m.rows)
    if (measures.col) checkMeasure(`colMeasure of the ${name} matrix`, measures.col, m.cols)
    return [measures.col ?? uniformMeasure(m.cols), measures.row ?? uniformMeasure(m.rows)].map(unitMeasure)
  }
  const [measures, others] = [axes('first', a, measuresA), axes('second', b, measuresB)]
  const { a: as, b: bs, back } = scaled([a], [b])
  return back(relabelLayers({ a: as, b: bs, measuresA: measures, measuresB: others, free: [true, true] }, options)[0])
}

/**
 * Distances of two chains, one per weight matrix, after relabelling the positions of hidden layers: one coupling for each
 * hidden layer, shared by the matrices on its two sides; input coordinates and classes stay. It is chosen to make the sum of
 * the distances small. Per matrix `lower` holds for every relabelling of its hidden sides, and `upper` bounds the infimum over
 * them from above. Hidden layers may have different bins in the two chains.
 *
 * @throws RangeError when the chains differ in the number of matrices, of input coordinates, or of classes
 *
 * @example
 * import { blockChain } from 'limn'
 * import { relabelledChains } from 'limn/graphon'
 *
 * const shape = { inputs: 2, classes: 2, hidden: [2, 2] }
 * const chain = blockChain(shape, { blocks: 2, within: 0.9, between: 0.1 })
 * const results = relabelledChains(chain, chain, { norm: 'l2' })
 * console.log(results.map(({ upper }) => upper)) // [ 0, 0, 0 ]
 */
export function relabelledChains(a: GraphonChain, b: GraphonChain, options: RelabelOptions): RelabelledResult[] {
  checkChains('relabelledChains', a, b)
  const { a: as, b: bs, back } = scaled(a.W, b.W)
  const inputs = uniformMeasure(a.W[0].cols)
  const classes = uniformMeasure(a.W.at(-1)!.rows)
  const axes = ({ measures }: GraphonChain) => [inputs, ...measures.map(unitMeasure), classes]
  const free = [false, ...a.measures.map(() => true), false]
  return relabelLayers({ a: as, b: bs, measuresA: axes(a), measuresB: axes(b), free }, options).map(back)
}
