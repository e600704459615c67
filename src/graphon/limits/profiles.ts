import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { Kernels } from '../../linalg/kernels.js'
import { effectiveWeight } from '../../network/forward.js'
import { lossAndGradient, type Batch } from '../../network/gradient.js'
import { biasScale, type Network } from '../../network/network.js'
import { fitRankOne, type RankOne } from './rank-one.js'

/** What multiplies |w|, w ~ N(0, 1), in the score of one matrix: r_i c_j, up to a residual factor. */
export interface Profile extends RankOne {
  /**
   * Quantiles of score / (|w| r_i c_j) over the matrix. Absent means exactly 1: the factorisation is exact.
   */
  readonly residual?: Float64Array
}

/** Residual quantiles kept of each matrix. */
const quantiles = 64

/** Standard deviation of an effective weight at initialisation. */
const deviation = ({ spec }: Network, index: number): number => Math.sqrt(spec.sigmaW2[index] / spec.sizes[index])

/** Mid-point quantiles of A_ij / (r_i c_j) where the product is positive. */
function residualOf({ cols, data }: Matrix, fit: RankOne): Float64Array {
  const expected = (k: number) => fit.rows[Math.floor(k / cols)] * fit.cols[k % cols]
  const ratios = data
    .map((value, k) => (expected(k) > 0 ? value / expected(k) : NaN))
    .filter((ratio) => ratio >= 0)
    .sort()
  if (ratios.length === 0) return Float64Array.of(1)
  return Float64Array.from({ length: quantiles }, (_, q) => ratios[Math.floor(((q + 0.5) / quantiles) * ratios.length)])
}

/**
 * SNIP's score |w_eff ∂L/∂w_eff| as |w| times σ_w/√n_in · |∂L/∂w_eff|, the latter fitted by r_i c_j. For one sample the
 * gradient is δ_i a_j and the fit exact; for a batch it is a sum of such terms, and what the fit leaves goes into the residual's
 * quantiles. The gradient of a weight depends on that weight by a part of order 1/√n only.
 *
 * @param network at initialisation, before pruning
 * @throws RangeError when the batch does not fit the network
 *
 * @example
 * import { createSpec, initialize, matrixOf } from 'limn'
 * import { snipProfiles } from 'limn/graphon'
 *
 * const network = initialize(createSpec({ sizes: [2, 8, 2] }), 1)
 * const [first] = snipProfiles(network, { x: matrixOf([[1, 2]]), targets: matrixOf([[1, 0]]) })
 * // With one sample gradients are products, and the fit is exact.
 * console.log(first.rows.length, first.cols.length, first.misfit < 1e-6) // 8 2 true
 */
export function snipProfiles(network: Network, batch: Batch, kernels?: Kernels): Profile[] {
  const { weights } = lossAndGradient(network, batch, { loss: 'cross-entropy', ...(kernels && { kernels }) })
  return weights.map((gradient, l): Profile => {
    const { rows, cols } = network.layers[l].mask
    const scale = deviation(network, l)
    const factor = matrix(
      rows,
      cols,
      gradient.map((g) => scale * Math.abs(g)),
    )
    const fit = fitRankOne(factor)
    return { ...fit, residual: residualOf(factor, fit) }
  })
}

/**
 * SynFlow's score in a single round, |w_ij| R_i C_j, with C the flow of ones through |W| from the input and R the flow from
 * the outputs (Tanaka et al. 2020, equation 2). The factorisation is exact, and R_i C_j depends on weights of other matrices only.
 *
 * @param network at initialisation, before pruning
 *
 * @example
 * import { createSpec, initialize } from 'limn'
 * import { synflowProfiles } from 'limn/graphon'
 *
 * const profiles = synflowProfiles(initialize(createSpec({ sizes: [2, 8, 2] }), 1))
 * console.log(profiles.map(({ rows, cols }) => `${rows.length} × ${cols.length}`)) // [ '8 × 2', '2 × 8' ]
 */
export function synflowProfiles(network: Network): Profile[] {
  const absolute = network.layers.map((_, l) => {
    const w = effectiveWeight(network, l, true)
    return matrix(w.rows, w.cols, w.data.map(Math.abs))
  })
  const C = [new Float64Array(network.spec.sizes[0]).fill(1)]
  absolute.slice(0, -1).forEach(({ rows, cols, data }, l) => {
    const bias = network.layers[l].bias
    const next = Float64Array.from({ length: rows }, (_, i) => Math.abs(bias?.[i] ?? 0) * biasScale(network.spec))
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) next[i] += data[i * cols + j] * C[l][j]
    C.push(next)
  })
  let R = new Float64Array(network.spec.sizes.at(-1)!).fill(1)
  const profiles: Profile[] = []
  for (let l = absolute.length - 1; l >= 0; l--) {
    const { rows, cols, data } = absolute[l]
    const scale = deviation(network, l)
    profiles.unshift({ rows: R.map((value) => value * scale), cols: C[l], misfit: 0 })
    const below = new Float64Array(cols)
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) below[j] += data[i * cols + j] * R[i]
    R = below
  }
  return profiles
}
