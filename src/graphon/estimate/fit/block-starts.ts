import type { Matrix } from '../../../linalg/matrix.js'
import { matrix } from '../../../linalg/matrix.js'
import { randomStream, type RandomStream } from '../../../random/random.js'
import { columnSums, descending, fileOrder, hiddenOrder, rowSums } from './align.js'
import { binned, unitBins } from './binning.js'
import type { Blocks } from './blocks.js'
import type { Values } from '../estimators/estimator.js'
import { leadingSingular, type SingularTriples } from './singular.js'

/** Singular directions that clusters are looked for in. */
const mostDirections = 12
const clusterRounds = 25
const clusterStarts = 3

/** Degree order of every axis: hidden layers by both sides, ends by their own degrees. */
function degreeOrders(matrices: readonly Values[]): Int32Array[] {
  return [descending(columnSums(matrices[0])), ...hiddenOrder(matrices), descending(rowSums(matrices.at(-1)!))]
}

/** Blocks wanted on each axis: a number for the axes that are free; units of a fixed axis are blocks by themselves. */
export type BlockCounts = readonly number[]

/** Every free axis cut into at most so many blocks of equal size in degree order. */
export function degreeBlocks(matrices: readonly Values[], wanted: BlockCounts, free: readonly boolean[]): Blocks {
  const axes = degreeOrders(matrices).map((order, axis) =>
    free[axis] ? binned(order, wanted[axis]) : binned(fileOrder(order.length), order.length),
  )
  return { labels: axes.map(unitBins), counts: axes.map(({ partition }) => partition.sizes.length) }
}

/** Where the units of every axis stand in the leading singular directions of their matrices. */
export function singularPositions(matrices: readonly Values[], seed: number): Matrix[] {
  const found = matrices.map(({ rows, cols, data }) => {
    const k = Math.min(mostDirections, rows, cols)
    return leadingSingular(matrix(rows, cols, Float64Array.from(data)), k, seed)
  })
  return Array.from({ length: matrices.length + 1 }, (_, axis) => {
    const sides: { readonly vectors: Matrix; readonly triples: SingularTriples }[] = []
    if (axis > 0) sides.push({ vectors: found[axis - 1].left, triples: found[axis - 1] })
    if (axis < matrices.length) sides.push({ vectors: found[axis].right, triples: found[axis] })
    const n = sides[0].vectors.cols
    const dims = sides.reduce((sum, { vectors }) => sum + vectors.rows, 0)
    const points = matrix(n, dims)
    let at = 0
    for (const { vectors, triples } of sides) {
      for (let k = 0; k < vectors.rows; k++, at++) {
        for (let i = 0; i < n; i++) points.data[i * dims + at] = vectors.data[k * n + i] * triples.values[k]
      }
    }
    return points
  })
}

function squareDistance(a: Float64Array, fromA: number, b: Float64Array, fromB: number, length: number): number {
  let sum = 0
  for (let k = 0; k < length; k++) {
    const difference = a[fromA + k] - b[fromB + k]
    sum += difference * difference
  }
  return sum
}

/** K-means from a k-means++ start (Arthur and Vassilvitskii 2007); returns labels and the sum of squares. */
function clusterOnce(points: Matrix, K: number, random: RandomStream): { labels: Int32Array; squares: number } {
  const { rows: n, cols } = points
  const centres = new Float64Array(K * cols)
  const nearest = new Float64Array(n).fill(Infinity)
  for (let c = 0; c < K; c++) {
    const total = nearest.reduce((sum, value) => sum + value, 0)
    let chosen = random.below(n)
    if (c > 0 && total > 0) {
      let left = random.uniform() * total
      chosen = nearest.findIndex((value) => (left -= value) < 0)
      if (chosen < 0) chosen = n - 1
    }
    centres.set(points.data.subarray(chosen * cols, (chosen + 1) * cols), c * cols)
    for (let i = 0; i < n; i++) {
      nearest[i] = Math.min(nearest[i], squareDistance(points.data, i * cols, centres, c * cols, cols))
    }
  }
  const labels = new Int32Array(n)
  let squares = 0
  for (let round = 0; round < clusterRounds; round++) {
    let moved = 0
    squares = 0
    for (let i = 0; i < n; i++) {
      let best = 0
      let least = Infinity
      for (let c = 0; c < K; c++) {
        const distance = squareDistance(points.data, i * cols, centres, c * cols, cols)
        if (distance < least) {
          best = c
          least = distance
        }
      }
      if (labels[i] !== best || round === 0) moved++
      labels[i] = best
      squares += least
    }
    if (moved === 0) break
    const sizes = new Float64Array(K)
    const sums = new Float64Array(K * cols)
    for (let i = 0; i < n; i++) {
      sizes[labels[i]]++
      for (let k = 0; k < cols; k++) sums[labels[i] * cols + k] += points.data[i * cols + k]
    }
    for (let c = 0; c < K; c++) {
      if (sizes[c] > 0) for (let k = 0; k < cols; k++) centres[c * cols + k] = sums[c * cols + k] / sizes[c]
    }
  }
  return { labels, squares }
}

/**
 * Clusters of the units' singular positions for every free axis, the best of a few random starts.
 *
 * @param positions from {@link singularPositions}
 */
export function spectralBlocks(
  positions: readonly Matrix[],
  wanted: BlockCounts,
  free: readonly boolean[],
  seed: number,
): Blocks {
  const counts = positions.map(({ rows }, axis) => (free[axis] ? Math.min(wanted[axis], rows) : rows))
  const labels = positions.map((points, axis) => {
    if (!free[axis]) return fileOrder(points.rows)
    const random = randomStream(seed, 'clusters', axis, counts[axis])
    const runs = Array.from({ length: clusterStarts }, () => clusterOnce(points, counts[axis], random))
    return runs.reduce((best, run) => (run.squares < best.squares ? run : best)).labels
  })
  return { labels, counts }
}
