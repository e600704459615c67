import type { Matrix } from '../../linalg/matrix.js'
import { findContextProblem, type NetworkContext } from '../../network/context.js'
import type { Origin } from '../../network/origin.js'
import { NumbersError } from '../../numbers-error.js'

/**
 * Step graphons of all L + 1 weight matrices with shared positions: the column bins of matrix l + 1 are the row bins of
 * matrix l. `W[0]` has d columns (input coordinates, exact), `W[L]` has C rows (classes, exact); every other axis is a
 * hidden layer cut into bins whose measures are `measures`.
 */
export interface GraphonChain {
  /** Densities in [0, 1]: `W[i]` is `[bins_out, bins_in]` of matrix l = i + 1. */
  readonly W: readonly Matrix[]
  /** Weight energies E[M w²] ≥ 0, same shapes; absent means V = W (weights re-drawn after pruning). */
  readonly V?: readonly Matrix[]
  /** `measures[l - 1]`: bin measures of hidden layer l = 1 … L, positive, summing to 1. */
  readonly measures: readonly Float64Array[]
  /**
   * The network that the chain stands for, where it is known: what limit kernels take for what they are not told. Of masks
   * alone `estimateChain` cannot know it: `{ ...chain, network: networkContext(network) }`.
   */
  readonly network?: NetworkContext
  /** How the masks came about, where it is known. */
  readonly origin?: Origin
}

/**
 * Mean of a step graphon over [0, 1]²: bins weigh by their measures. An axis without measures is exact, all alike.
 *
 * @example
 * import { graphonMean, matrixOf } from 'limn'
 *
 * const W = matrixOf([[1, 0.5], [0.5, 0]])
 * console.log(graphonMean(W), graphonMean(W, Float64Array.of(0.9, 0.1)).toFixed(4)) // 0.5 0.7000
 */
export function graphonMean(
  { rows, cols, data }: Matrix,
  rowMeasure?: Float64Array,
  colMeasure?: Float64Array,
): number {
  let sum = 0
  for (let u = 0; u < rows; u++) {
    let along = 0
    for (let v = 0; v < cols; v++) along += data[u * cols + v] * (colMeasure ? colMeasure[v] : 1 / cols)
    sum += along * (rowMeasure ? rowMeasure[u] : 1 / rows)
  }
  return sum
}

/** What is wrong with a chain, and at which key of its file form: `W1`, `V0`, `measure2`, … */
export interface ChainProblem {
  readonly key: string
  /** `expected …, got …` */
  readonly problem: string
}

/** Tolerance on a hidden layer's measures summing to 1. */
const measureTolerance = 1e-9

function matrixProblem(key: string, m: Matrix, limit: number): ChainProblem | undefined {
  if (!(m.rows > 0 && m.cols > 0)) return { key, problem: `expected a non-empty matrix, got ${m.rows} × ${m.cols}` }
  const at = m.data.findIndex((value) => !(value >= 0 && value <= limit))
  if (at < 0) return undefined
  const where = `row ${Math.floor(at / m.cols)}, column ${at % m.cols}`
  const expected = limit === 1 ? 'a density in [0, 1]' : 'a finite non-negative energy'
  return { key, problem: `expected ${expected}, got ${m.data[at]} at ${where}` }
}

function measureProblem(key: string, measure: Float64Array, bins: number, rowsOf: string): ChainProblem | undefined {
  if (measure.length !== bins) {
    return { key, problem: `expected ${bins} entries, the rows of ${rowsOf}, got ${measure.length}` }
  }
  const wrong = measure.find((value) => !(value > 0))
  if (wrong !== undefined) return { key, problem: `expected positive entries, got ${wrong}` }
  const sum = measure.reduce((total, value) => total + value, 0)
  if (Math.abs(sum - 1) <= measureTolerance) return undefined
  return { key, problem: `expected entries that sum to 1, got sum ${sum}` }
}

/** The first rule that a chain breaks, or undefined for a good one. */
export function findChainProblem({ W, V, measures, network }: GraphonChain): ChainProblem | undefined {
  if (W.length < 1) return { key: 'W0', problem: 'expected at least one matrix, got none' }
  if (measures.length !== W.length - 1) {
    const problem = `expected ${W.length - 1} hidden-layer measures for ${W.length} matrices, got ${measures.length}`
    return { key: `measure${Math.min(measures.length, W.length - 1) + 1}`, problem }
  }
  for (const [i, m] of W.entries()) {
    const problem = matrixProblem(`W${i}`, m, 1)
    if (problem) return problem
    if (i > 0 && m.cols !== W[i - 1].rows) {
      const expected = `expected ${W[i - 1].rows} columns, the rows of W${i - 1}, got ${m.cols}`
      return { key: `W${i}`, problem: expected }
    }
  }
  if (V && V.length !== W.length) {
    const problem = `expected ${W.length} matrices as in W, got ${V.length}`
    return { key: `V${Math.min(V.length, W.length)}`, problem }
  }
  for (const [i, m] of (V ?? []).entries()) {
    if (m.rows !== W[i].rows || m.cols !== W[i].cols) {
      const shape = `${W[i].rows} × ${W[i].cols}`
      return { key: `V${i}`, problem: `expected the shape of W${i}, ${shape}, got ${m.rows} × ${m.cols}` }
    }
    const problem = matrixProblem(`V${i}`, m, Number.MAX_VALUE)
    if (problem) return problem
  }
  for (const [i, measure] of measures.entries()) {
    const problem = measureProblem(`measure${i + 1}`, measure, W[i].rows, `W${i}`)
    if (problem) return problem
  }
  const shape = { matrices: W.length, inputs: W[0].cols, classes: W[W.length - 1].rows }
  const found = network && findContextProblem(network, shape)
  return found && { key: `meta ${found.key}`, problem: found.problem }
}

/**
 * Checks a chain and returns it.
 *
 * @throws RangeError naming the key (`W1`, `V0`, `measure2`, …) and the rule that is broken
 *
 * @example
 * import { createChain, matrixOf } from 'limn'
 *
 * const chain = createChain({
 *   W: [matrixOf([[0.5, 1], [0.25, 0.5]]), matrixOf([[1, 0.5]])],
 *   measures: [Float64Array.of(0.5, 0.5)],
 * })
 * console.log(chain.W.length) // 2
 */
export function createChain(chain: GraphonChain): GraphonChain {
  const found = findChainProblem(chain)
  if (found) throw new NumbersError(`chain ${found.key}: ${found.problem}`)
  const { W, V, measures, network, origin } = chain
  return { W, ...(V && { V }), measures, ...(network && { network }), ...(origin && { origin }) }
}
