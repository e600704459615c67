import type { Kernels, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { ScaledRows } from './first-layer.js'
import type { StackedLayer } from './gram-stack.js'
import { factorLowRank } from './low-rank.js'
import { packBasis, packRows } from './packed-rows.js'
import { panelBytes } from './pair-blocks.js'
import type { Applied, Factor, PlacedLayer, PlacedPlan, SparsePlace } from './placed-plan.js'
import type { RecursionPlan } from './recursion-plan.js'

/** Weights are taken one by one when at most this share of them is not zero. */
const sparseShare = 0.4

/** The weights that are not zero, row by row: how many there are before each row, their columns, and themselves. */
function sparseRows({ rows, cols, data }: Matrix): readonly [Int32Array, Int32Array, Float64Array] {
  const starts = new Int32Array(rows + 1)
  const places: number[] = []
  for (let b = 0; b < rows; b++) {
    for (let p = 0; p < cols; p++) if (data[b * cols + p] !== 0) places.push(b * cols + p)
    starts[b + 1] = places.length
  }
  return [starts, Int32Array.from(places, (k) => k % cols), Float64Array.from(places, (k) => data[k])]
}

function placeSparse(weights: Matrix, scratch: Scratch): SparsePlace {
  const [starts, columns, values] = sparseRows(weights)
  return [scratch.put(starts), scratch.put(columns), scratch.put(values)]
}

/** Weights that are not zero, where they are so few that they are taken one by one. */
export function sparseEntries({ data }: Matrix): number | undefined {
  let entries = 0
  for (let k = 0; k < data.length; k++) if (data[k] !== 0) entries++
  return entries <= sparseShare * data.length ? entries : undefined
}

/** Puts a plan's matrices into scratch memory. */
export function placePlan(
  plan: RecursionPlan,
  stacked: StackedLayer,
  offsets: readonly Float64Array[],
  columns: number,
  rankTolerance: number,
  kernels: Kernels,
  scratch: Scratch,
): PlacedPlan {
  const positions = plan.layers.map(({ propagate }) => propagate.rows)
  const whole = (m: Matrix): Factor => ({ at: scratch.put(packRows(kernels, m)), rows: m.rows, cols: m.cols })
  const applied = (m: Matrix): Applied => {
    const found = factorLowRank(m, rankTolerance)
    return found ? [whole(found.right), whole(found.left)] : [whole(m)]
  }
  const [firstLayer, ...later] = plan.layers
  const weights = later.map(({ propagate, own, ...constants }): PlacedLayer => {
    const shared = applied(propagate)
    return { ...constants, propagate: shared, own: own === propagate ? shared : applied(own) }
  })
  const rowsOf = ({ base, scale }: ScaledRows) => [scratch.put(base), scratch.put(scale)] as const
  const { chunks, expansion, propagate, own } = stacked
  const propagateRows = rowsOf(propagate)
  const between = weights.flatMap((pair) => [pair.propagate, pair.own].map(([right]) => right.rows))
  return {
    positions,
    chunks: chunks.map((chunk, k) => ({
      basis: scratch.put(packBasis(kernels, chunk.weights)),
      offsets: scratch.put(offsets[k]),
      rows: chunk.weights.rows,
      at: chunk.at,
      sparse: sparseEntries(chunk.weights) === undefined ? undefined : placeSparse(chunk.weights, scratch),
    })),
    expansion: expansion && { at: expansion.at, left: whole(expansion.left) },
    propagateRows,
    ownRows:
      own === propagate && firstLayer.ownScale === 1
        ? propagateRows
        : rowsOf({ base: own.base, scale: own.scale.map((value) => value * firstLayer.ownScale) }),
    weights,
    firstBias: firstLayer,
    tables: positions.slice(0, -1).map((bins) => scratch.alloc(columns * bins * 2 * panelBytes)),
    middleRows: Math.max(0, ...between, expansion?.left.rows ?? 0),
  }
}
