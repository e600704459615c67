import type { Matrix } from '../linalg/matrix.js'

/** One weight matrix of the recursion with everything constant folded in: σ_w², rescaling, and the measure of the input bins. */
export interface RecursionLayer {
  /** `[u, v]`: σ_w² V(u, v) dv; carries K and the chain rule. */
  readonly propagate: Matrix
  /**
   * `[u, v]`: the matrix's own part of Θ, σ_w² W(u, v) dv in the NTK parameterisation and n W(u, v) dv in the standard one,
   * with 1 for W in the variance convention; the same object as `propagate` where they are equal but for `ownScale`.
   */
  readonly own: Matrix
  /** What `own` is multiplied by; 1 unless it is the same object as `propagate`. */
  readonly ownScale: number
  /** What biases add to K. */
  readonly biasVariance: number
  /** What biases add to Θ. */
  readonly biasTangent: number
}
