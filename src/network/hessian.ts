import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { mapActivation } from './activation.js'
import { effectiveWeights, forwardWith } from './forward.js'
import {
  addInto,
  checkBatch,
  forEachPart,
  lossAndGradient,
  multiplyInto,
  zerosLikeWeights,
  type Batch,
  type DerivativeOptions,
} from './gradient.js'
import { lossGradient, lossHessianVector } from './loss.js'
import type { Network } from './network.js'

function sum(a: Matrix, b: Matrix): Matrix {
  addInto(a.data, b.data)
  return a
}

/**
 * The exact product H v of the Hessian of the mean loss with a direction of the weights, by Pearlmutter's R-operator
 * (Pearlmutter 1994): forward and backward pass are differentiated along v, in f64. Biases stay fixed.
 *
 * H is the Hessian with respect to all effective weights at the point M ∘ w_eff, pruned entries as if their mask were 1,
 * so that uᵀHv = vᵀHu for any u, v; mask v and the result for the Hessian over surviving weights alone. A kink of the
 * activation contributes nothing.
 *
 * @param vector per matrix `[out, in]` row-major, effective coordinates
 * @returns H v in the same shapes
 * @throws RangeError when the batch or the vector does not fit the network, or an option is out of range
 */
export function hessianVectorProduct(
  network: Network,
  batch: Batch,
  vector: readonly Float64Array[],
  options: DerivativeOptions,
): Float64Array[] {
  const { batchSize = 1000 } = options
  checkBatch('hessianVectorProduct', network, batch, batchSize)
  const { activation } = network.spec
  const weights = effectiveWeights(network)
  if (vector.length !== weights.length) {
    throw new RangeError(`hessianVectorProduct: expected ${weights.length} arrays, got ${vector.length}`)
  }
  const directions = weights.map(({ rows, cols }, l) => {
    if (vector[l].length !== rows * cols) {
      throw new RangeError(
        `hessianVectorProduct: expected ${rows * cols} entries in vector ${l}, got ${vector[l].length}`,
      )
    }
    return matrix(rows, cols, vector[l])
  })
  const result = zerosLikeWeights(network)
  const lossOptions = { ...options, samples: batch.x.rows }

  forEachPart(batch, batchSize, options, ({ x, targets }) => {
    const { pre, post } = forwardWith(network, weights, x)
    const slopes = pre.slice(0, -1).map((z) => mapActivation(activation, 'derivative', z.data))
    // R z^l = V a^{l-1} + W R a^{l-1}, R a^l = φ'(z^l) ∘ R z^l; x does not move.
    const preR: Matrix[] = []
    const postR: Matrix[] = []
    weights.forEach((weight, l) => {
      const moved = matmul(post[l], directions[l], { transposeB: true })
      if (l > 0) sum(moved, matmul(postR[l - 1], weight, { transposeB: true }))
      preR.push(moved)
      if (l + 1 < weights.length)
        postR.push(matrix(moved.rows, moved.cols, multiplyInto(moved.data.slice(), slopes[l])))
    })
    const f = pre.at(-1)!
    let delta = lossGradient(f, targets, lossOptions)
    let deltaR = lossHessianVector(f, targets, preR[weights.length - 1], lossOptions)
    for (let l = weights.length - 1; l >= 0; l--) {
      addInto(result[l], matmul(deltaR, post[l], { transposeA: true }).data)
      if (l === 0) break
      addInto(result[l], matmul(delta, postR[l - 1], { transposeA: true }).data)
      // e = Wᵀ δ; δ = φ'(z) ∘ e; R δ = φ''(z) ∘ R z ∘ e + φ'(z) ∘ (Vᵀ δ + Wᵀ R δ)
      const back = matmul(delta, weights[l])
      const backR = sum(matmul(delta, directions[l]), matmul(deltaR, weights[l]))
      multiplyInto(backR.data, slopes[l - 1])
      const curvature = mapActivation(activation, 'second', pre[l - 1].data)
      addInto(backR.data, multiplyInto(multiplyInto(curvature, preR[l - 1].data), back.data))
      multiplyInto(back.data, slopes[l - 1])
      delta = back
      deltaR = backR
    }
  })
  return result
}

/** The gradient g of the mean loss and H (M ∘ g), per matrix, in effective coordinates. */
export interface GradientAndHessianGradient {
  readonly loss: number
  readonly gradient: Float64Array[]
  readonly hessianGradient: Float64Array[]
}

/**
 * The gradient of the mean loss and the Hessian applied to its surviving part M ∘ g, both over the whole batch, for all
 * entries as in {@link lossAndGradient} and {@link hessianVectorProduct}. Biases take no part.
 *
 * @throws RangeError when the batch is empty or does not fit the network, or an option is out of range
 */
export function gradientAndHessianGradient(
  network: Network,
  batch: Batch,
  options: DerivativeOptions,
): GradientAndHessianGradient {
  const { onProgress } = options
  const half = (offset: 0 | 1): DerivativeOptions =>
    onProgress ? { ...options, onProgress: (done, total) => onProgress(offset * total + done, 2 * total) } : options
  const { loss, weights: gradient } = lossAndGradient(network, batch, half(0))
  const direction = gradient.map((values, l) => {
    const { data } = network.layers[l].mask
    return values.map((value, k) => (data[k] === 1 ? value : 0))
  })
  return { loss, gradient, hessianGradient: hessianVectorProduct(network, batch, direction, half(1)) }
}
