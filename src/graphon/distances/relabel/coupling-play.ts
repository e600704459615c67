import { matrix, type Matrix } from '../../../linalg/matrix.js'
import type { Coupling } from './coupling.js'
import { alignLayer, neighbours, type Couplings, type LayeredPair } from './layered.js'
import { quickCut, quickCuts } from '../cut/quick-cut.js'
import { transport } from './transport.js'

/** Answers on one axis before the next has its turn. */
const answers = 6
/** Passes over all free axes. */
const passes = 4

/** Σ over the places in T of A(i, ·) − B(p, ·), positive part of it or of its negative, for all rows i and p. */
function excessCosts(a: Matrix, b: Matrix, across: Coupling, inT: readonly number[], sign: number): Matrix {
  const sums = (m: Matrix, bins: Int32Array) =>
    Float64Array.from({ length: m.rows }, (_, i) =>
      inT.reduce((sum, k) => sum + across.measure[k] * m.data[i * m.cols + bins[k]], 0),
    )
  const [x, y] = [sums(a, across.inA), sums(b, across.inB)]
  return matrix(
    a.rows,
    b.rows,
    Float64Array.from({ length: a.rows * b.rows }, (_, k) =>
      Math.max(0, sign * (x[Math.floor(k / b.rows)] - y[k % b.rows])),
    ),
  )
}

/** Costs of the axis's couplings against the sets across it that large cuts of its layers have now. */
function answerCosts(pair: LayeredPair, couplings: Couplings, axis: number): Matrix {
  const total = matrix(pair.measuresA[axis].length, pair.measuresB[axis].length)
  for (const { l, a, b, across } of neighbours(pair, axis)) {
    const layer = alignLayer(pair, l, couplings)
    const { rows, cols } = quickCut(layer)
    let sum = 0
    for (const i of rows) {
      for (const j of cols) {
        const at = i * layer.a.cols + j
        sum += (layer.a.data[at] - layer.b.data[at]) * layer.rowMeasure[i] * layer.colMeasure[j]
      }
    }
    const costs = excessCosts(a, b, couplings[across], l === axis ? rows : cols, Math.sign(sum))
    costs.data.forEach((value, k) => (total.data[k] += value))
  }
  return total
}

/**
 * Lowers the sum of the layers' cuts one axis at a time. With the other axes as they are the sum is convex in an axis's coupling,
 * the largest over sets of a cost that is linear in it. So the coupling answers, by an exact transport plan, the mean of the costs
 * that large cuts have shown so far; the best answer is kept.
 */
export function playCouplings(pair: LayeredPair, start: Couplings, keepOn: () => boolean = () => true): Couplings {
  let best = { couplings: start, total: quickCuts(pair, start) }
  const axes = pair.free.flatMap((free, axis) => (free ? [axis] : []))
  for (let pass = 0; pass < passes; pass++) {
    const before = best.total
    for (const axis of axes) {
      const mean = matrix(pair.measuresA[axis].length, pair.measuresB[axis].length)
      let couplings = best.couplings
      for (let answer = 0; answer < answers && best.total > 0; answer++) {
        if (!keepOn()) return best.couplings
        const costs = answerCosts(pair, couplings, axis)
        const step = 2 / (answer + 2)
        mean.data.forEach((value, k) => (mean.data[k] = value + step * (costs.data[k] - value)))
        const { coupling } = transport(mean, pair.measuresA[axis], pair.measuresB[axis])
        couplings = couplings.map((own, k) => (k === axis ? coupling : own))
        const total = quickCuts(pair, couplings)
        if (total < best.total) best = { couplings, total }
      }
    }
    if (!(best.total < before * (1 - 1e-3))) break
  }
  return best.couplings
}
