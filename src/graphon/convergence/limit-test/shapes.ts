import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { graphonMean, type GraphonChain } from '../../chain/chain.js'
import { commonRefinement, expand, samePartition } from '../../chain/refine.js'
import type { Trials } from './squared-distance.js'

/** Measure-weighted mean of one matrix of a chain: the layer's density. */
export function layerDensity({ W, measures }: GraphonChain, index: number): number {
  return graphonMean(W[index], measures.at(index), index > 0 ? measures[index - 1] : undefined)
}

interface Axis {
  readonly measure: Float64Array
  readonly inA?: Int32Array
  readonly inB?: Int32Array
}

/** One axis of two partitions on common bins: measures, and the bin of either partition that each lies in. */
function axis(a: Float64Array | undefined, b: Float64Array | undefined, bins: number): Axis {
  if (!a || !b) return { measure: new Float64Array(bins).fill(1 / bins) }
  return samePartition(a, b) ? { measure: a } : commonRefinement(a, b)
}

function vector(m: Matrix, density: number, row: Float64Array, col: Float64Array): Float64Array {
  return m.data.map((w, k) => (w / density) * Math.sqrt(row[Math.floor(k / m.cols)] * col[k % m.cols]))
}

/**
 * One matrix of every chain as vectors whose Euclidean inner product is that of L²([0, 1]²). Two sides that cut a hidden
 * layer differently are put on the union of their breakpoints.
 *
 * @param index of the matrix, l − 1
 * @param divisor what the entries of a chain are divided by
 */
export function matrixVectors(
  a: readonly GraphonChain[],
  b: readonly GraphonChain[],
  index: number,
  divisor: (chain: GraphonChain) => number = () => 1,
): { readonly a: Trials; readonly b: Trials } {
  const [first, second] = [a[0], b[0]]
  const below = ({ measures }: GraphonChain) => (index > 0 ? measures[index - 1] : undefined)
  const rows = axis(first.measures.at(index), second.measures.at(index), first.W[index].rows)
  const cols = axis(below(first), below(second), first.W[index].cols)
  const side = (chains: readonly GraphonChain[], which: 'inA' | 'inB'): Trials =>
    chains.map((chain) => {
      const fine = expand(chain.W[index], rows[which], cols[which])
      return vector(fine, divisor(chain), rows.measure, cols.measure)
    })
  return { a: side(a, 'inA'), b: side(b, 'inB') }
}

/**
 * The normalised graphons W/ρ of one matrix, as {@link matrixVectors}: every trial is divided by its own density ρ, so that
 * nothing of the budget remains.
 *
 * @returns null when some trial keeps no weight of the matrix: its shape is not defined
 */
export function shapeVectors(
  a: readonly GraphonChain[],
  b: readonly GraphonChain[],
  index: number,
): { readonly a: Trials; readonly b: Trials } | null {
  const densities = new Map([...a, ...b].map((chain) => [chain, layerDensity(chain, index)]))
  if (![...densities.values()].every((density) => density > 0)) return null
  return matrixVectors(a, b, index, (chain) => densities.get(chain)!)
}

/** The vector of the constant shape 1 on the bins of a chain's matrix. */
export function constantShape({ W, measures }: GraphonChain, index: number): Float64Array {
  const { rows, cols } = W[index]
  const row = measures.at(index) ?? new Float64Array(rows).fill(1 / rows)
  const col = index > 0 ? measures[index - 1] : new Float64Array(cols).fill(1 / cols)
  return vector(matrix(rows, cols, new Float64Array(rows * cols).fill(1)), 1, row, col)
}
