import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { mapActivation } from './activation.js'
import { biasScale, weightScale, type Network } from './network.js'
import { NumbersError } from '../numbers-error.js'

/** Effective weights of matrix `index`: `weightScale` · w, `[out, in]`. With `masked`, pruned entries are zero. */
export function effectiveWeight(network: Network, index: number, masked: boolean): Matrix {
  const { weight, mask } = network.layers[index]
  const scale = weightScale(network.spec, index)
  const data = new Float64Array(weight.length)
  if (masked) for (let k = 0; k < data.length; k++) data[k] = mask.data[k] === 1 ? scale * weight[k] : 0
  else for (let k = 0; k < data.length; k++) data[k] = scale * weight[k]
  return matrix(mask.rows, mask.cols, data)
}

/**
 * Effective masked weights M ∘ w_eff of every matrix.
 *
 * @example
 * import { createMask, createNetwork, createSpec, effectiveWeights } from 'limn'
 *
 * const spec = createSpec({ sizes: [2, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(3, 4), mask: createMask(1, 2, Uint8Array.of(1, 0)) }])
 * // 3 / √2, and nothing where the mask is 0.
 * console.log(Array.from(effectiveWeights(network)[0].data, (w) => w.toFixed(4))) // [ '2.1213', '0.0000' ]
 */
export function effectiveWeights(network: Network): Matrix[] {
  return network.layers.map((_, i) => effectiveWeight(network, i, true))
}

/** All intermediate values of a forward pass over N samples. */
export interface ForwardPass {
  /** `pre[l]` = z^{l+1}, `[N, n_{l+1}]`; the last one is the output f */
  readonly pre: readonly Matrix[]
  /** `post[l]` = a^l, `[N, n_l]`; `post[0]` is x */
  readonly post: readonly Matrix[]
}

/** Adds the scaled bias of layer `index` to every row of z. */
function addBias(network: Network, index: number, z: Matrix): void {
  const { bias } = network.layers[index]
  if (!bias) return
  const scale = biasScale(network.spec)
  for (let i = 0; i < z.rows; i++) for (let j = 0; j < z.cols; j++) z.data[i * z.cols + j] += scale * bias[j]
}

/** @throws RangeError when the samples do not have the network's input dimension */
export function checkInput(name: string, network: Network, x: Matrix): void {
  const [d] = network.spec.sizes
  if (x.cols !== d) throw new NumbersError(`${name}: expected samples of dimension ${d}, got ${x.cols}`)
}

/**
 * The forward pass with given effective masked weights, for callers that walk over samples in parts.
 *
 * @param weights {@link effectiveWeights} of the network
 */
export function forwardWith(network: Network, weights: readonly Matrix[], x: Matrix): ForwardPass {
  const pre: Matrix[] = []
  const post: Matrix[] = [x]
  weights.forEach((weight, i) => {
    const z = matmul(post[i], weight, { transposeB: true })
    addBias(network, i, z)
    pre.push(z)
    if (i + 1 < weights.length)
      post.push(matrix(z.rows, z.cols, mapActivation(network.spec.activation, 'value', z.data)))
  })
  return { pre, post }
}

/**
 * z^l = scale · (M^l ∘ w^l) a^{l−1} + biasScale · b^l, a^l = φ(z^l), a^0 = x, in f64.
 *
 * @param x samples `[N, d]`
 * @throws RangeError when x does not have d columns
 *
 * @example
 * import { createNetwork, createSpec, denseMask, forward, matrixOf } from 'limn'
 *
 * const network = createNetwork(createSpec({ sizes: [1, 2, 1] }), [
 *   { weight: Float64Array.of(1, -1), mask: denseMask(2, 1) },
 *   { weight: Float64Array.of(1, 1), mask: denseMask(1, 2) },
 * ])
 * const { pre, post } = forward(network, matrixOf([[3]]))
 * console.log(Array.from(pre[0].data), Array.from(post[1].data), pre[1].data[0].toFixed(4))
 * // [ 3, -3 ] [ 3, -0 ] 2.1213
 */
export function forward(network: Network, x: Matrix): ForwardPass {
  checkInput('forward', network, x)
  return forwardWith(network, effectiveWeights(network), x)
}

/**
 * The outputs f(x), `[N, C]`, in f64, computed over `chunk` samples at a time (default 1000). Errors as {@link forward}.
 *
 * @example
 * import { createSpec, initialize, matrixOf, outputs } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 8, 3] }), 1)
 * const { rows, cols } = outputs(network, matrixOf([[1, 0], [0, 1]]))
 * console.log(rows, cols) // 2 3
 */
export function outputs(network: Network, x: Matrix, chunk = 1000): Matrix {
  checkInput('outputs', network, x)
  const weights = effectiveWeights(network)
  const classes = network.spec.sizes.at(-1)!
  const result = matrix(x.rows, classes)
  for (let start = 0; start < x.rows; start += chunk) {
    const part = forwardWith(network, weights, rowsOf(x, start, Math.min(x.rows, start + chunk))).pre.at(-1)!
    result.data.set(part.data, start * classes)
  }
  return result
}

/** Rows `start … end − 1` of a matrix, as a view. */
export function rowsOf({ cols, data }: Matrix, start: number, end: number): Matrix {
  return matrix(end - start, cols, data.subarray(start * cols, end * cols))
}
