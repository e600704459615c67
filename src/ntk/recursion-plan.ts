import type { GraphonChain } from '../graphon/chain.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { mergePositions } from './merge-positions.js'
import { rescaleFactors, type Rescale } from './rescale.js'

/**
 * `masked`: every surviving weight is a parameter, the own-layer term carries the density W.
 * `variance`: the own-layer term leaves W out, as if all weights were parameters whose variance the mask sets.
 */
export type Convention = 'masked' | 'variance'

export const conventions = ['masked', 'variance'] as const satisfies readonly Convention[]

/** One weight matrix of the recursion with everything constant folded in: σ_w², rescaling, and the measure of the input bins. */
export interface RecursionLayer {
  /** `[u, v]`: σ_w² V(u, v) dv; carries K and the chain rule. */
  readonly propagate: Matrix
  /** `[u, v]`: σ_w² W(u, v) dv, or σ_w² dv in the variance convention; the same object as `propagate` when they are equal. */
  readonly own: Matrix
}

export interface RecursionPlan {
  readonly layers: readonly RecursionLayer[]
  /** `[C]`: which row of the last layer each class reads; classes with equal rows share one. */
  readonly classRow: Int32Array
}

export interface PlanOptions {
  readonly convention: Convention
  readonly rescale: Rescale
  readonly weights: 'kept' | 'redrawn'
  readonly sigmaW2: readonly number[]
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
  const factors = rescaleFactors(options.rescale, W, inputs, outputs).map((f) => f * options.sigmaW2[index])
  const propagate = weighted(V, factors, inputs)
  const ownDensity =
    options.convention === 'masked' ? W : matrix(W.rows, W.cols, new Float64Array(W.data.length).fill(1))
  const own = weighted(ownDensity, factors, inputs)
  return equalData(own.data, propagate.data) ? { propagate, own: propagate } : { propagate, own }
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
  return { layers, classRow }
}

function equalLayers(a: RecursionLayer, b: RecursionLayer): boolean {
  const equal = (left: Matrix, right: Matrix): boolean =>
    left.rows === right.rows && left.cols === right.cols && equalData(left.data, right.data)
  return equal(a.propagate, b.propagate) && equal(a.own, b.own)
}

/** Whether two plans give the same kernels of the same classes, whatever the samples. */
export function equalPlans(a: RecursionPlan, b: RecursionPlan): boolean {
  return (
    a.layers.length === b.layers.length &&
    a.layers.every((layer, l) => equalLayers(layer, b.layers[l])) &&
    a.classRow.length === b.classRow.length &&
    a.classRow.every((row, c) => row === b.classRow[c])
  )
}

/** The plan of some classes only, or of one that is the mean of all: K and Θ are linear in the rows of the last matrix. */
export function classRows({ layers, classRow }: RecursionPlan, classes?: readonly number[] | 'mean'): RecursionPlan {
  if (classes === undefined) return { layers, classRow }
  const { propagate, own } = layers[layers.length - 1]
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
  const last = { propagate: picked, own: own === propagate ? picked : pick(own) }
  const rows = classes === 'mean' ? Int32Array.of(0) : Int32Array.from(classes, (c) => distinct.indexOf(classRow[c]))
  return { layers: [...layers.slice(0, -1), last], classRow: rows }
}
