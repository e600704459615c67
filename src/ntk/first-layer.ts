import { matrix, type Matrix } from '../linalg/matrix.js'
import { factorColumns } from './column-classes.js'
import { factorLowRank, type Factors } from './low-rank.js'
import { distinctRows } from './merge-positions.js'
import type { RecursionLayer } from './recursion-layer.js'

/** Position u of K^1 (or Θ^1) is `scale[u]` times the weighted Gram of weight row `base[u]`; dead positions have scale 0. */
export interface ScaledRows {
  readonly base: Int32Array
  readonly scale: Float64Array
}

/** The first matrix as few weighted Grams as possible over the input coordinates that matter. */
export interface FirstLayer {
  /** `[distinct, live]`: rows of weights, each with its weighted Gram Σ_j weights(b, j) x_j x'_j. */
  readonly weights: Matrix
  /** The weights at low rank, or by classes of equal columns, where that is cheaper: only the Grams of `factors.right` have to be formed. */
  readonly factors: Factors | undefined
  /** Input coordinates that some row weighs, in order; the columns of `weights`. */
  readonly live: Int32Array
  readonly propagate: ScaledRows
  readonly own: ScaledRows
}

/**
 * Factors the first layer. Rows that are constant over the inputs share one unweighted Gram, equal rows share theirs,
 * dead rows need none, and `own` shares whatever it has in common with `propagate`. What is left is factored by its classes
 * of equal columns or at low rank.
 *
 * @param tolerance of the factors, entry by entry: see {@link factorLowRank}
 */
export function factorFirstLayer(
  { propagate, own }: Pick<RecursionLayer, 'propagate' | 'own'>,
  tolerance: number,
): FirstLayer {
  const { rows, cols } = propagate
  const sources = own === propagate ? [propagate] : [propagate, own]
  const all = sources.flatMap(({ data }) =>
    Array.from({ length: rows }, (_, u) => data.subarray(u * cols, (u + 1) * cols)),
  )
  const constant = all.map((row) => row.every((value) => value === row[0]))
  const alive = Int32Array.from(all.keys()).filter((u) => !(constant[u] && all[u][0] === 0))
  const { representatives, groups } = distinctRows(alive.length, (a, b) => {
    const [left, right] = [alive[a], alive[b]]
    if (constant[left] || constant[right]) return constant[left] && constant[right]
    return all[left].every((value, j) => value === all[right][j])
  })
  const sampleRows = representatives.map((k) => alive[k])
  const live = Int32Array.from({ length: cols }, (_, j) => j).filter((j) => sampleRows.some((u) => all[u][j] !== 0))
  const weights = matrix(sampleRows.length, live.length)
  sampleRows.forEach((u, b) => {
    live.forEach((j, column) => (weights.data[b * live.length + column] = constant[u] ? 1 : all[u][j]))
  })
  const base = new Int32Array(all.length)
  const scale = new Float64Array(all.length)
  alive.forEach((u, k) => {
    base[u] = groups[k]
    scale[u] = constant[u] ? all[u][0] : 1
  })
  const scaledRows = (first: number): ScaledRows => ({
    base: base.subarray(first, first + rows),
    scale: scale.subarray(first, first + rows),
  })
  const propagateRows = scaledRows(0)
  return {
    weights,
    factors: tolerance > 0 ? (factorColumns(weights) ?? factorLowRank(weights, tolerance)) : undefined,
    live,
    propagate: propagateRows,
    own: own === propagate ? propagateRows : scaledRows(rows),
  }
}
