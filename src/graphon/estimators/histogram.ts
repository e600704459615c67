import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { Mask } from '../../network/mask.js'
import { binOfUnit, degreeOrder, fileOrder, hiddenOrder } from '../align.js'
import { createChain } from '../chain.js'
import { bins, exactPositions, type Partition } from '../positions.js'
import type { Estimator } from './estimator.js'

/** One side of a matrix: the order of its units and how that order is cut. */
interface Axis {
  readonly order: Int32Array
  readonly partition: Partition
}

/** Mean of the entries in each bin. Sums run over rows first, so that the inner loop walks memory in order. */
function binMeans({ rows, cols, data }: Mask | Matrix, out: Axis, into: Axis): Matrix {
  const rowBin = binOfUnit(out.order, out.partition.binOf)
  const colBin = binOfUnit(into.order, into.partition.binOf)
  const rowBins = out.partition.sizes.length
  const colBins = into.partition.sizes.length
  const stripes = new Float64Array(rowBins * cols)
  for (let i = 0; i < rows; i++) {
    const stripe = rowBin[i] * cols
    const row = i * cols
    for (let j = 0; j < cols; j++) stripes[stripe + j] += data[row + j]
  }
  const means = matrix(rowBins, colBins)
  for (let r = 0; r < rowBins; r++) {
    for (let j = 0; j < cols; j++) means.data[r * colBins + colBin[j]] += stripes[r * cols + j]
    for (let c = 0; c < colBins; c++) {
      means.data[r * colBins + c] /= out.partition.sizes[r] * into.partition.sizes[c]
    }
  }
  return means
}

/**
 * Degree-sorted histogram: sort units, cut each hidden axis into bins as equal as possible, take the mean of each bin
 * (Pham et al. 2025, section 4; Chan and Airoldi 2014). It keeps the total mass: Σ W·measure_out·measure_in = density.
 */
export const histogram: Estimator = {
  summary: 'mean of degree-sorted bins',
  chain({ masks, bins: K, energies }) {
    const axes: Axis[] = [
      { order: fileOrder(masks[0].cols), partition: exactPositions(masks[0].cols) },
      ...hiddenOrder(masks).map((order) => ({ order, partition: bins(order.length, K) })),
    ]
    const classes = masks.at(-1)!.rows
    axes.push({ order: fileOrder(classes), partition: exactPositions(classes) })
    const estimate = (matrices: readonly (Mask | Matrix)[]) =>
      matrices.map((values, i) => binMeans(values, axes[i + 1], axes[i]))
    return createChain({
      W: estimate(masks),
      ...(energies && { V: estimate(energies) }),
      measures: axes.slice(1, -1).map(({ partition }) => partition.measure),
    })
  },
  layer(mask, K) {
    const order = degreeOrder(mask)
    const out: Axis = { order: order.rows, partition: bins(mask.rows, K) }
    const into: Axis = { order: order.columns, partition: bins(mask.cols, K) }
    return {
      W: binMeans(mask, out, into),
      rowMeasure: out.partition.measure,
      colMeasure: into.partition.measure,
    }
  },
}
