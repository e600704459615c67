import { matmul } from '../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../linalg/matrix.js'
import { symmetricEigen } from '../../linalg/symmetric-eigen.js'
import { permutation, randomStream } from '../../random/random.js'
import { expand } from '../refine.js'
import { assignRows } from './assignment.js'
import { identityRelabelling, type LayeredPair, type Relabelling } from './layered.js'

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** Weights that make all layers count alike: one over the sum of squares. */
function layerWeights({ a, b }: LayeredPair): number[] {
  return a.map((m, l) => {
    const energy = [m, b[l]].reduce((total, { data }) => data.reduce((x, y) => x + y * y, total), 0)
    return energy > 0 ? 1 / energy : 0
  })
}

/** Σ over layers of the weighted ∫ (A − B)² under a relabelling, unequal measures taken as they stand in B. */
export function squaredDistance(pair: LayeredPair, order: Relabelling): number {
  const weights = layerWeights(pair)
  return pair.a.reduce((total, m, l) => {
    const moved = expand(m, order[l + 1], order[l])
    const [row, col] = [pair.measures[l + 1], pair.measures[l]]
    let part = 0
    for (let i = 0; i < m.rows; i++) {
      let rowPart = 0
      for (let j = 0; j < m.cols; j++)
        rowPart += col[j] * (moved.data[i * m.cols + j] - pair.b[l].data[i * m.cols + j]) ** 2
      part += row[i] * rowPart
    }
    return total + weights[l] * part
  }, 0)
}

/** cost(i, p) += weight · Σ_c measure_c (a(i, c) − b(p, c))². */
function addSquares(cost: Matrix, weight: number, a: Matrix, b: Matrix, measure: Float64Array): void {
  const scaled = (m: Matrix) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value, k) => value * Math.sqrt(measure[k % m.cols])),
    )
  const [x, y] = [scaled(a), scaled(b)]
  const products = matmul(x, y, { transposeB: true })
  const squares = (m: Matrix) =>
    Float64Array.from({ length: m.rows }, (_, i) =>
      m.data.subarray(i * m.cols, (i + 1) * m.cols).reduce((total, value) => total + value * value, 0),
    )
  const [ofA, ofB] = [squares(x), squares(y)]
  for (let i = 0; i < cost.rows; i++) {
    for (let p = 0; p < cost.cols; p++) {
      const at = i * cost.cols + p
      cost.data[at] += weight * (ofA[i] + ofB[p] - 2 * products.data[at])
    }
  }
}

/** What a bin of the axis is told by: its rows or columns in the layers on both sides, as rows, and the other axis. */
function neighbours({ a, b, measures }: LayeredPair, axis: number) {
  const as = (l: number, m: Matrix) => (l === axis ? transpose(m) : m)
  return [axis - 1, axis]
    .filter((l) => l >= 0 && l < a.length)
    .map((l) => ({ l, a: as(l, a[l]), b: as(l, b[l]), other: l === axis ? axis + 1 : axis - 1 }))
    .map((layer) => ({ ...layer, measure: measures[layer.other] }))
}

/** Unequal bins cost by the mean of both measures. */
function assigned(cost: Matrix, measure: Float64Array): Int32Array {
  for (let i = 0; i < cost.rows; i++) {
    for (let p = 0; p < cost.cols; p++) cost.data[i * cost.cols + p] *= (measure[i] + measure[p]) / 2
  }
  return assignRows(cost)
}

/** The order of one axis that is best in squares while the others stay. */
function bestOrder(pair: LayeredPair, weights: readonly number[], axis: number, order: Relabelling): Int32Array {
  const n = pair.measures[axis].length
  const cost = matrix(n, n)
  for (const { l, a, b, other, measure } of neighbours(pair, axis)) {
    addSquares(cost, weights[l], expand(a, undefined, order[other]), b, measure)
  }
  return assigned(cost, pair.measures[axis])
}

/** Bins matched by the sorted values of their rows, which relabelling the other axis leaves as they are. */
function profileOrder(pair: LayeredPair, weights: readonly number[], axis: number): Int32Array {
  const n = pair.measures[axis].length
  const cost = matrix(n, n)
  const sorted = (m: Matrix): Matrix => {
    const copy = m.data.slice()
    for (let i = 0; i < m.rows; i++) copy.subarray(i * m.cols, (i + 1) * m.cols).sort()
    return matrix(m.rows, m.cols, copy)
  }
  for (const { l, a, b, other, measure } of neighbours(pair, axis)) {
    const free = pair.free[other]
    const flat = new Float64Array(measure.length).fill(1 / measure.length)
    addSquares(cost, weights[l], free ? sorted(a) : a, free ? sorted(b) : b, free ? flat : measure)
  }
  return assigned(cost, pair.measures[axis])
}

/** Bins of both functions in the order of a score, matched rank by rank. */
function matchRanks(ofA: Float64Array, ofB: Float64Array): Int32Array {
  const ranked = (score: Float64Array) => Array.from(score, (_, i) => i).sort((i, j) => score[j] - score[i] || i - j)
  const [fromA, toB] = [ranked(ofA), ranked(ofB)]
  const order = new Int32Array(ofA.length)
  toB.forEach((place, rank) => (order[place] = fromA[rank]))
  return order
}

function degreeOrder(pair: LayeredPair, axis: number): Int32Array {
  const degrees = (side: 'a' | 'b') => {
    const total = new Float64Array(pair.measures[axis].length)
    for (const { measure, ...layer } of neighbours(pair, axis)) {
      const m = layer[side]
      const degree = total.map((_, i) => {
        let value = 0
        for (let j = 0; j < m.cols; j++) value += measure[j] * m.data[i * m.cols + j]
        return value
      })
      const mean = sum(degree) / degree.length
      degree.forEach((value, i) => (total[i] += mean !== 0 ? value / Math.abs(mean) : 0))
    }
    return total
  }
  return matchRanks(degrees('a'), degrees('b'))
}

/** Eigenvectors of Σ over the adjacent layers of M Mᵀ, which relabelling the other axes leaves as they are. */
function spectralScores(pair: LayeredPair, weights: readonly number[], axis: number, side: 'a' | 'b', count: number) {
  const n = pair.measures[axis].length
  const total = matrix(n, n)
  for (const { l, measure, ...layer } of neighbours(pair, axis)) {
    const m = layer[side]
    const scaled = matrix(
      m.rows,
      m.cols,
      m.data.map((value, k) => value * Math.sqrt(measure[k % m.cols] * weights[l])),
    )
    matmul(scaled, scaled, { transposeB: true }).data.forEach((value, k) => (total.data[k] += value))
  }
  const { vectors } = symmetricEigen(total)
  return Array.from({ length: Math.min(count, n) }, (_, k) =>
    Float64Array.from({ length: n }, (_, i) => vectors!.data[i * n + k]),
  )
}

const randomStarts = 4
const spectralStarts = 3
/** Largest axis for which all starts are tried. */
const manyStarts = 256

function startingOrders(pair: LayeredPair, weights: readonly number[]): Relabelling[] {
  const identity = identityRelabelling(pair)
  const each = (order: (axis: number) => Int32Array): Relabelling =>
    identity.map((same, axis) => (pair.free[axis] ? order(axis) : same))
  const starts = [identity, each((axis) => degreeOrder(pair, axis)), each((axis) => profileOrder(pair, weights, axis))]
  if (Math.max(...pair.measures.map(({ length }) => length)) > manyStarts) return starts
  const scores = (side: 'a' | 'b') =>
    pair.measures.map((_, axis) => (pair.free[axis] ? spectralScores(pair, weights, axis, side, spectralStarts) : []))
  const [ofA, ofB] = [scores('a'), scores('b')]
  for (let k = 0; k < spectralStarts; k++) {
    for (const sign of [1, -1]) {
      starts.push(
        each((axis) =>
          k < ofA[axis].length
            ? matchRanks(
                ofA[axis][k].map((value) => sign * value),
                ofB[axis][k],
              )
            : identity[axis],
        ),
      )
    }
  }
  for (let draw = 0; draw < randomStarts; draw++) {
    starts.push(each((axis) => permutation(identity[axis].length, randomStream(0, 'relabel', draw, axis))))
  }
  return starts
}

/**
 * Relabellings of the free axes that bring two layered functions close in squares: from several starts (as they are; degrees
 * sorted; rows matched by their sorted values; leading singular vectors sorted, with both signs; random) one axis after the
 * other gets the assignment that is best while the others stay, until none improves. Deterministic.
 *
 * @returns the distinct ends, closest first, and what they started from where that is the identity
 */
export function searchRelabellings(pair: LayeredPair): Relabelling[] {
  const weights = layerWeights(pair)
  const axes = pair.free.flatMap((free, axis) => (free ? [axis] : [])).reverse()
  const longest = Math.max(...pair.measures.map(({ length }) => length))
  const rounds = Math.min(30, Math.max(3, Math.floor(2e9 / longest ** 3)))
  const improved = (start: Relabelling): { order: Relabelling; value: number } => {
    let best = { order: start, value: squaredDistance(pair, start) }
    for (let round = 0; round < rounds; round++) {
      const order = [...best.order]
      // A start may hold on one axis only: the axes that follow are fitted to it before it is touched itself.
      for (const axis of axes) order[axis] = bestOrder(pair, weights, axis, order)
      const value = squaredDistance(pair, order)
      if (!(value < best.value * (1 - 1e-12))) break
      best = { order, value }
    }
    return best
  }
  const ends = startingOrders(pair, weights).map(improved)
  ends.push({ order: identityRelabelling(pair), value: squaredDistance(pair, identityRelabelling(pair)) })
  ends.sort((x, y) => x.value - y.value)
  const keys = new Set<string>()
  return ends
    .map(({ order }) => order)
    .filter((order) => {
      const key = order.map((axis) => axis.join()).join(';')
      return !keys.has(key) && keys.add(key)
    })
}
