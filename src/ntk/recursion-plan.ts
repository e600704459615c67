import type { GraphonChain } from '../graphon/chain/chain.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { dualKey, type LimitDual } from './duals/duals.js'
import type { LimitNetwork } from './limit-network.js'
import { mergePositions } from './merge-positions.js'
import type { RecursionLayer } from './recursion-layer.js'
import { type WeightChoice } from '../network/weight-choice.js'
import { rescaleFactors, type Rescale } from './rescale.js'

/**
 * `masked`: every surviving weight is a parameter, the own-layer term carries the density W.
 * `variance`: the own-layer term leaves W out, as if all weights were parameters whose variance the mask sets.
 */
export type Convention = 'masked' | 'variance'

export const conventions = ['masked', 'variance'] as const satisfies readonly Convention[]

export interface RecursionPlan {
  readonly dual: LimitDual
  readonly layers: readonly RecursionLayer[]
  /** `[C]`: which row of the last layer each class reads; classes with equal rows share one. */
  readonly classRow: Int32Array
}

export interface PlanOptions {
  readonly convention: Convention
  readonly rescale: Rescale
  readonly weights: WeightChoice
  readonly network: LimitNetwork
  readonly dual: LimitDual
}

function equalData(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, i) => value === b[i])
}

function weighted({ rows, cols, data }: Matrix, factors: Float64Array, measure: Float64Array): Matrix {
  const result = new Float64Array(data.length)
  for (let u = 0; u < rows; u++) {
    for (let v = 0; v < cols; v++) result[u * cols + v] = factors[u] * measure[v] * data[u * cols + v]
  }
  return matrix(rows, cols, result)
}

function recursionLayer(chain: GraphonChain, index: number, options: PlanOptions): RecursionLayer {
  const W = chain.W[index]
  const V = options.weights === 'kept' ? (chain.V?.[index] ?? W) : W
  const inputs = index === 0 ? new Float64Array(W.cols).fill(1 / W.cols) : chain.measures[index - 1]
  const outputs = index < chain.measures.length ? chain.measures[index] : new Float64Array(W.rows).fill(1 / W.rows)
  const { sigmaW2, fanIn, biasVariance, biasTangent } = options.network
  const rescaled = rescaleFactors(options.rescale, W, inputs, outputs)
  // What the dual leaves out of G and Ġ before this matrix.
  const gain = index === 0 ? 1 : options.dual.gain
  const factors = rescaled.map((f) => f * sigmaW2[index] * gain)
  const propagate = weighted(V, factors, inputs)
  const bias = { biasVariance: biasVariance[index], biasTangent: biasTangent[index] }
  const ownDensity =
    options.convention === 'masked' ? W : matrix(W.rows, W.cols, new Float64Array(W.data.length).fill(1))
  const like = weighted(ownDensity, factors, inputs)
  // A weight's own derivative knows neither σ_w² nor by what it was rescaled in the standard parameterisation.
  const units = fanIn && rescaled.map((f) => (f > 0 ? fanIn[index] / (f * sigmaW2[index]) : 0))
  const live = units?.filter((value) => value > 0) ?? []
  const scale = live.length > 0 ? live[0] : 1
  const even = live.every((value) => value === scale)
  if (even && equalData(like.data, propagate.data)) return { propagate, own: propagate, ownScale: scale, ...bias }
  const own = units
    ? weighted(
        ownDensity,
        factors.map((f, u) => f * units[u]),
        inputs,
      )
    : like
  return { propagate, own, ownScale: 1, ...bias }
}

/**
 * What the recursion runs on: positions that no quantity can tell apart (equal rows of both matrices) are merged, which a
 * step graphon allows exactly, so that a constant chain costs one position and equal classes are computed once.
 */
export function recursionPlan(chain: GraphonChain, options: PlanOptions): RecursionPlan {
  const layers: RecursionLayer[] = []
  let classRow = new Int32Array()
  let groups: Int32Array | undefined
  for (let index = 0; index < chain.W.length; index++) {
    const merged = mergePositions(recursionLayer(chain, index, options), groups)
    layers.push(merged.layer)
    groups = classRow = merged.groups
  }
  return { dual: options.dual, layers, classRow }
}

function equalLayers(a: RecursionLayer, b: RecursionLayer): boolean {
  const equal = (left: Matrix, right: Matrix): boolean =>
    left.rows === right.rows && left.cols === right.cols && equalData(left.data, right.data)
  return (
    equal(a.propagate, b.propagate) &&
    equal(a.own, b.own) &&
    a.ownScale === b.ownScale &&
    a.biasVariance === b.biasVariance &&
    a.biasTangent === b.biasTangent
  )
}

/** Whether two plans give the same kernels of the same classes, whatever the samples. */
export function equalPlans(a: RecursionPlan, b: RecursionPlan): boolean {
  return (
    dualKey(a.dual) === dualKey(b.dual) &&
    a.layers.length === b.layers.length &&
    a.layers.every((layer, l) => equalLayers(layer, b.layers[l])) &&
    a.classRow.length === b.classRow.length &&
    a.classRow.every((row, c) => row === b.classRow[c])
  )
}

/** The plan of some classes only, or of one that is the mean of all: K and Θ are linear in the rows of the last matrix. */
export function classRows(plan: RecursionPlan, classes?: readonly number[] | 'mean'): RecursionPlan {
  if (classes === undefined) return plan
  const { layers, classRow } = plan
  const { propagate, own, ...constants } = layers[layers.length - 1]
  const distinct = classes === 'mean' ? [] : [...new Set(classes.map((c) => classRow[c]))]
  const pick = ({ cols, data }: Matrix): Matrix => {
    if (classes !== 'mean') {
      const chosen = matrix(distinct.length, cols)
      distinct.forEach((row, k) => chosen.data.set(data.subarray(row * cols, (row + 1) * cols), k * cols))
      return chosen
    }
    const mean = matrix(1, cols)
    for (const row of classRow) {
      for (let v = 0; v < cols; v++) mean.data[v] += data[row * cols + v] / classRow.length
    }
    return mean
  }
  const picked = pick(propagate)
  const last = { propagate: picked, own: own === propagate ? picked : pick(own), ...constants }
  const rows = classes === 'mean' ? Int32Array.of(0) : Int32Array.from(classes, (c) => distinct.indexOf(classRow[c]))
  return { ...plan, layers: [...layers.slice(0, -1), last], classRow: rows }
}
