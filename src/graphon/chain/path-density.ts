import { mean as meanOf } from '../../linalg/statistics.js'
import type { Matrix } from '../../linalg/matrix.js'
import type { GraphonChain } from './chain.js'

/** How much of all input-to-class paths survives. */
export interface PathDensity {
  /** One entry per class, in [0, 1]; 0 when no path survives or when the value is below the smallest f64. */
  readonly perClass: Float64Array
  /** Natural logarithms of `perClass`, right even where `perClass` underflows; −∞ when no path survives. */
  readonly logPerClass: Float64Array
  /** Mean over classes. */
  readonly mean: number
  readonly logMean: number
}

/** `vector ← ∫ W(u, v) vector(v) dv`; `measure` absent means the uniform one. */
function integrate({ rows, cols, data }: Matrix, vector: Float64Array, measure?: Float64Array): Float64Array {
  const result = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < cols; j++) sum += data[i * cols + j] * vector[j] * (measure ? measure[j] : 1)
    result[i] = measure ? sum : sum / cols
  }
  return result
}

/**
 * Path density of a chain, per class c, over all L + 1 matrices:
 *
 *     π_c = ∫ W^{L+1}(c, u_L) W^L(u_L, u_{L−1}) ⋯ W^2(u_2, u_1) (1/d) Σ_j W^1(u_1, j) du_1 ⋯ du_L
 *
 * the probability that a path from a uniform input coordinate through uniform hidden positions to class c survives. A
 * constant chain c has c^(L+1). For a bias-free ReLU network whose first matrix is dense and whose V equals W it is the
 * ratio of the masked Graphon NTK to the dense NTK, exactly.
 *
 * The vector is rescaled by powers of two after every matrix, which rounds nothing, so depth alone never underflows.
 *
 * @example
 * import { constantChain, pathDensity } from 'limn'
 *
 * // A path through three matrices of density ½ is there with probability ⅛.
 * console.log(pathDensity(constantChain({ inputs: 2, classes: 2, hidden: [1, 1] }, 0.5)).mean) // 0.125
 */
export function pathDensity({ W, measures }: GraphonChain): PathDensity {
  let vector: Float64Array = new Float64Array(W[0].cols).fill(1)
  let exponent = 0
  W.forEach((m, i) => {
    vector = integrate(m, vector, i === 0 ? undefined : measures[i - 1])
    const largest = vector.reduce((a, b) => Math.max(a, b), 0)
    const shift = largest > 0 ? Math.floor(Math.log2(largest)) : 0
    // Two factors, because 2^shift itself may lie outside the range of f64.
    const half = Math.trunc(shift / 2)
    vector = vector.map((value) => value * 2 ** -half * 2 ** (half - shift))
    exponent += shift
  })
  const scaled = (value: number) => {
    const half = Math.trunc(exponent / 2)
    return value * 2 ** half * 2 ** (exponent - half)
  }
  const logarithm = (value: number) => Math.log(value) + exponent * Math.LN2
  const mean = meanOf(vector)
  return {
    perClass: vector.map(scaled),
    logPerClass: vector.map(logarithm),
    mean: scaled(mean),
    logMean: logarithm(mean),
  }
}
