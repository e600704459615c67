import { matrix, type Matrix } from '../../linalg/matrix.js'
import { binaryExponent, powerOfTwo } from '../../linalg/symmetric.js'
import type { GraphonChain } from '../chain.js'
import { checkChains } from './chains.js'
import { scaledUp } from './difference.js'
import { checkFinite, checkMeasure, distance, type DistanceResult } from './distance.js'
import { alignLayer, layeredPair, uniformMeasure, type LayeredPair, type Relabelling } from './layered.js'
import type { NormOptions } from './norm.js'
import type { NormName } from './norms.js'
import { relabellingLowerBound } from './relabel-lower.js'
import { searchRelabellings } from './relabel-search.js'
import { swapBins } from './relabel-swaps.js'

/** The relabelling that was found. Orders list bins of a in the order of b's bins; null where positions are fixed. */
export interface RelabelInfo {
  readonly rows: readonly number[] | null
  readonly cols: readonly number[] | null
  /** The distance with positions as they are, which the identity reaches: `[lower, upper]`. */
  readonly unmoved: readonly [number, number]
}

/**
 * A distance after relabelling. `lower` ≤ the infimum over all relabellings ≤ `upper`; `value` is the best that is known of the
 * distance under the relabelling found, and `witness` the sets there, in bins of `rows` × `cols`, cut finer where measures
 * differ.
 */
export interface RelabelledResult extends DistanceResult {
  readonly relabel: RelabelInfo
}

export interface RelabelOptions extends NormOptions {
  readonly norm: NormName
}

export interface MatrixMeasures {
  readonly row?: Float64Array
  readonly col?: Float64Array
}

/** Ends of the search whose norms are compared. */
const compared = 4
const largestSwap = 256

function layerDistance(pair: LayeredPair, l: number, order: Relabelling, options: RelabelOptions): DistanceResult {
  const { a, b, rowMeasure, colMeasure } = alignLayer(pair, l, order)
  const even = (measure: Float64Array) => measure.every((value) => value === measure[0])
  return distance(a, b, {
    ...options,
    ...(!even(rowMeasure) && { rowMeasure }),
    ...(!even(colMeasure) && { colMeasure }),
  })
}

function relabelLayers(pair: LayeredPair, options: RelabelOptions): RelabelledResult[] {
  const { norm } = options
  const layers = pair.a.map((_, l) => l)
  const under = (order: Relabelling, { quick }: { quick: boolean }) =>
    layers.map((l) => layerDistance(pair, l, order, quick ? { ...options, gap: Infinity } : options))
  const total = (results: readonly DistanceResult[]) => results.reduce((sum, { upper }) => sum + upper, 0)
  const identity = pair.measures.map(({ length }) => Int32Array.from({ length }, (_, i) => i))
  const ends = searchRelabellings(pair)
  const candidates = [identity, ...ends.slice(0, compared)]
  const ranked = candidates
    .map((order) => ({ order, upper: total(under(order, { quick: true })) }))
    .sort((x, y) => x.upper - y.upper)
  let best = ranked[0].order
  const longest = Math.max(...pair.measures.map(({ length }) => length))
  if (norm === 'cut' && longest <= largestSwap && ranked[0].upper > 0) {
    const swapped = swapBins(pair, best)
    if (total(under(swapped, { quick: true })) < ranked[0].upper) best = swapped
  }
  const unmoved = under(identity, { quick: false })
  const results = under(best, { quick: false })
  const shown = (axis: number) => (pair.free[axis] ? Array.from(best[axis]) : null)
  return layers.map((l): RelabelledResult => {
    const sides = {
      a: pair.a[l],
      b: pair.b[l],
      row: pair.measures[l + 1],
      col: pair.measures[l],
      rowsFree: pair.free[l + 1],
      colsFree: pair.free[l],
    }
    const { witness, ...found } = results[l]
    // A layer may pay for its neighbours under a common relabelling, which still bounds its own infimum from above.
    const { upper } = found
    const lower = Math.min(upper, relabellingLowerBound(norm, sides))
    return {
      norm,
      value: Math.max(found.value, lower),
      lower,
      upper,
      exact: lower === upper,
      ...(witness && { witness }),
      relabel: { rows: shown(l + 1), cols: shown(l), unmoved: [unmoved[l].lower, unmoved[l].upper] },
    }
  })
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
    return {
      ...result,
      value,
      lower,
      upper,
      exact: lower === upper,
      relabel: { ...result.relabel, unmoved: [from, to] },
    }
  }
  return { a: a.map(times), b: b.map(times), back }
}

/**
 * Distance of two step functions on [0, 1]² up to relabelling each side by itself: for the cut norm the cut distance
 *
 *     δ_□(A, B) = inf over measure-preserving φ, ψ of ‖A(φ(u), ψ(v)) − B(u, v)‖_□
 *
 * of bipartite graphons (Lovász 2012, chapter 8). Finding it is as hard as matching graphs, so it is enclosed: `upper` is the
 * certified distance under one relabelling, a permutation of A's bins laid out as intervals, found by alternating assignment
 * and exchanges; `lower` holds for every relabelling, because it is made of invariants (see {@link relabellingLowerBound}).
 * Step functions with different bins, or of different sizes, are first cut at each other's breakpoints.
 *
 * @param a `[rows, cols]`, entries finite
 * @param b any size
 * @param measuresA bin measures of a; default: all bins of a side alike
 * @throws RangeError when a matrix is empty, an entry is not finite, or a measure does not fit
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
      throw new RangeError(`distance: expected non-empty matrices, got ${m.rows} × ${m.cols}`)
    }
    checkFinite(`the ${name} matrix`, m)
    if (measures.row) checkMeasure(`rowMeasure of the ${name} matrix`, measures.row, m.rows)
    if (measures.col) checkMeasure(`colMeasure of the ${name} matrix`, measures.col, m.cols)
    return [measures.col ?? uniformMeasure(m.cols), measures.row ?? uniformMeasure(m.rows)]
  }
  const [axesA, axesB] = [axes('first', a, measuresA), axes('second', b, measuresB)]
  const { a: as, b: bs, back } = scaled([a], [b])
  return back(relabelLayers(layeredPair(as, bs, axesA, axesB, [true, true]), options)[0])
}

/**
 * Distances of two chains, one per weight matrix, after relabelling the positions of hidden layers: one relabelling for each
 * hidden layer, shared by the matrices on its two sides; input coordinates and classes stay. It is chosen to make the sum of
 * the distances small. Per matrix `lower` holds for every relabelling of its hidden sides, and `upper` bounds the infimum over
 * them from above.
 *
 * @throws RangeError when the chains differ in the number of matrices, of input coordinates, or of classes
 */
export function relabelledChains(a: GraphonChain, b: GraphonChain, options: RelabelOptions): RelabelledResult[] {
  checkChains('relabelledChains', a, b)
  const { a: as, b: bs, back } = scaled(a.W, b.W)
  const inputs = uniformMeasure(a.W[0].cols)
  const classes = uniformMeasure(a.W.at(-1)!.rows)
  const axes = ({ measures }: GraphonChain) => [inputs, ...measures, classes]
  const free = [false, ...a.measures.map(() => true), false]
  return relabelLayers(layeredPair(as, bs, axes(a), axes(b), free), options).map(back)
}
