import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { binOfUnit, fileOrder } from './align.js'
import { createChain } from '../../chain/chain.js'
import type { ChainInput, LayerGraphon, PlacedChain, Values } from '../estimators/estimator.js'
import { bins, exactPositions, type Partition } from '../../chain/positions.js'

/** One side of a matrix: the order of its units and how that order is cut. */
export interface Axis {
  readonly order: Int32Array
  readonly partition: Partition
}

/** Units in `order`, cut into K bins as equal as possible. */
export function binned(order: Int32Array, K: number): Axis {
  return { order, partition: bins(order.length, K) }
}

/** Units in file order, each a bin of its own: input coordinates and classes. */
export function exact(n: number): Axis {
  return { order: fileOrder(n), partition: exactPositions(n) }
}

export function unitBins({ order, partition }: Axis): Int32Array {
  return binOfUnit(order, partition.binOf)
}

/** Sums of the entries in each bin. Sums run over rows first, so that the inner loop walks memory in order. */
export function binSums(
  values: Values,
  rowBin: Int32Array,
  rowBins: number,
  colBin: Int32Array,
  colBins: number,
): Matrix {
  const { cols } = values
  const stripes = stripeSums(values, rowBin, rowBins)
  const sums = matrix(rowBins, colBins)
  for (let r = 0; r < rowBins; r++) {
    for (let j = 0; j < cols; j++) sums.data[r * colBins + colBin[j]] += stripes.data[r * cols + j]
  }
  return sums
}

/** Row sums within each row bin: `[rowBins, cols]`. */
export function stripeSums({ rows, cols, data }: Values, rowBin: Int32Array, rowBins: number): Matrix {
  const stripes = matrix(rowBins, cols)
  for (let i = 0; i < rows; i++) {
    const stripe = rowBin[i] * cols
    const row = i * cols
    for (let j = 0; j < cols; j++) stripes.data[stripe + j] += data[row + j]
  }
  return stripes
}

/** Mean of the entries in each bin. */
export function binMeans(values: Values, out: Axis, into: Axis): Matrix {
  const [rowSizes, colSizes] = [out.partition.sizes, into.partition.sizes]
  const means = binSums(values, unitBins(out), rowSizes.length, unitBins(into), colSizes.length)
  for (let r = 0; r < means.rows; r++) {
    for (let c = 0; c < means.cols; c++) means.data[r * means.cols + c] /= rowSizes[r] * colSizes[c]
  }
  return means
}

/** Brings means into [0, 1]: rounding, or held-out entries, can carry a mean a little outside. */
export function clampUnit(m: Matrix): Matrix {
  for (let k = 0; k < m.data.length; k++) m.data[k] = Math.min(1, Math.max(0, m.data[k]))
  return m
}

/** The matrix whose entry (i, j) is the value of the bins that units i and j are in. */
export function expandBins(W: Matrix, rowBin: Int32Array, colBin: Int32Array): Matrix {
  const result = matrix(rowBin.length, colBin.length)
  for (let i = 0; i < rowBin.length; i++) {
    const from = rowBin[i] * W.cols
    const to = i * colBin.length
    for (let j = 0; j < colBin.length; j++) result.data[to + j] = W.data[from + colBin[j]]
  }
  return result
}

/**
 * The chain of bin means when the units of every hidden layer stand in the given orders. `values` are what W is the mean
 * of: the masks themselves or estimated probabilities of their entries.
 */
export function chainInOrders(
  values: readonly Values[],
  orders: readonly Int32Array[],
  { bins: K, energies }: Pick<ChainInput, 'bins' | 'energies'>,
): PlacedChain {
  const axes = [exact(values[0].cols), ...orders.map((order) => binned(order, K)), exact(values.at(-1)!.rows)]
  const means = (sources: readonly Values[]) => sources.map((source, i) => binMeans(source, axes[i + 1], axes[i]))
  const hidden = axes.slice(1, -1)
  return {
    chain: createChain({
      W: means(values).map(clampUnit),
      ...(energies && { V: means(energies) }),
      measures: hidden.map(({ partition }) => partition.measure),
    }),
    binOf: hidden.map(unitBins),
  }
}

/** The step graphon of one matrix with its units in the given orders. */
export function layerOf(values: Values, rowOrder: Int32Array, colOrder: Int32Array, K: number): LayerGraphon {
  const [out, into] = [binned(rowOrder, K), binned(colOrder, K)]
  return {
    W: clampUnit(binMeans(values, out, into)),
    rowMeasure: out.partition.measure,
    colMeasure: into.partition.measure,
  }
}
