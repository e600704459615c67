import { defaultKernels, withScratch, type Kernels } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import type { Precision } from './blocks.js'
import { largestSize, lossError } from './divergence.js'
import { checkInput } from './forward.js'
import { checkBatch, type Batch } from './gradient.js'
import { largestEigenvalue } from './lanczos.js'
import { lossGradient, meanLoss } from './loss.js'
import type { Network } from './network.js'
import { kernelOf } from './sparse.js'
import { jacobianVector, placeDirection, placeTangentPlane, vectorJacobian } from './tangent.js'
import { NumbersError } from '../numbers-error.js'

export interface LinearizedOptions {
  readonly learningRate: number
  readonly steps: number
  /** Default `f32`, as real training; `f64` takes twice the time and memory */
  readonly precision?: Precision
  readonly onStep?: (step: number, loss: number) => void
  readonly kernels?: Kernels
}

/**
 * Gradient descent on the first-order Taylor model of the network around its parameters θ0,
 * f(x; θ) = J(x) (θ − θ0), which starts at output 0: the exact dynamics under the finite network's empirical tangent
 * kernel Θ = J Jᵀ (Lee et al. 2019), at the cost of one product with J and one with Jᵀ a step, the kernel never formed.
 * Loss: full-batch 1/(2N) Σ ‖f − y‖². θ are the stored surviving weights and the biases.
 *
 * @returns `loss[t]` before step t, `steps + 1` entries
 * @throws RangeError when the batch does not fit the network or its memory, an option is out of range, or the loss is not
 *   finite before the first step
 * @throws DivergenceError when the loss is no longer finite
 *
 * @example
 * import { createSpec, initialize, matrixOf, trainLinearized } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 32, 1] }), 1)
 * const batch = { x: matrixOf([[1, 0], [0, 1]]), targets: matrixOf([[1], [-1]]) }
 * const { loss } = trainLinearized(network, batch, { learningRate: 0.5, steps: 200 })
 * // It starts at output 0: ½ (1² + 1²) / 2.
 * console.log(loss[0], loss[200] < 0.01) // 0.5 true
 */
export function trainLinearized(network: Network, batch: Batch, options: LinearizedOptions): { loss: Float64Array } {
  const { learningRate, steps, precision = 'f32', kernels = defaultKernels() } = options
  checkBatch('trainLinearized', network, batch)
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new NumbersError(`trainLinearized: expected a positive learningRate, got ${learningRate}`)
  }
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new NumbersError(`trainLinearized: expected a non-negative integer number of steps, got ${steps}`)
  }
  return withScratch(kernels, (scratch) => {
    const plane = placeTangentPlane(kernels, scratch, precision, network, batch.x)
    const { place, layers } = plane.placed
    const displacement = placeDirection(plane)
    const gradient = placeDirection(plane)
    const addScaled = kernelOf(place, 'addScaled')
    const losses = new Float64Array(steps + 1)
    for (let step = 0; step <= steps; step++) {
      const f = jacobianVector(plane, displacement)
      const loss = meanLoss(f, batch.targets, { loss: 'mse' })
      if (!Number.isFinite(loss)) {
        throw lossError({
          caller: 'trainLinearized',
          step,
          learningRate,
          outputs: 0,
          targets: largestSize(batch.targets.data),
          inputs: largestSize(batch.x.data),
        })
      }
      losses[step] = loss
      options.onStep?.(step, loss)
      if (step === steps) break
      vectorJacobian(plane, lossGradient(f, batch.targets, { loss: 'mse' }), gradient)
      layers.forEach(({ pattern }, l) => {
        const { weights, bias } = gradient[l]
        addScaled(pattern.kept, -learningRate, weights.at, displacement[l].weights.at)
        const biasDisplacement = displacement[l].bias
        if (bias !== undefined && biasDisplacement !== undefined) {
          addScaled(pattern.rows, -learningRate, bias, biasDisplacement)
        }
      })
    }
    return { loss: losses }
  })
}

export interface LargestNtkEigenvalueOptions {
  /** Seed of the start vector; default 0 */
  readonly seed?: number
  /** Largest ‖Θv − λv‖ / λ accepted; default 1e-4. The eigenvalue's own relative error is usually its square. */
  readonly tolerance?: number
  /** Default `f32` for tolerances down to 1e-4, `f64` below */
  readonly precision?: Precision
  readonly kernels?: Kernels
}

/**
 * λ_max of the full empirical tangent kernel Θ = J Jᵀ (`[NC, NC]`, all outputs together, stored surviving parameters) by
 * Lanczos iteration on products with J and Jᵀ. Gradient descent on 1/(2N) Σ ‖f − y‖² is stable in the lazy regime for
 * step sizes below 2N / λ_max.
 *
 * @param x `[N, d]`
 * @returns 0 when no path from the inputs to the outputs survives
 * @throws RangeError when x does not fit the network or an option is out of range
 * @throws Error when the residual does not reach the tolerance
 *
 * @example
 * import { createNetwork, createSpec, denseMask, largestNtkEigenvalue, matrixOf } from 'limn'
 *
 * // A linear model: Θ = x xᵀ / d, of which the largest eigenvalue is |x|² / d summed over two equal samples.
 * const spec = createSpec({ sizes: [2, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(1, 1), mask: denseMask(1, 2) }])
 * console.log(largestNtkEigenvalue(network, matrixOf([[1, 1], [1, 1]])).toFixed(4)) // 2.0000
 */
export function largestNtkEigenvalue(network: Network, x: Matrix, options: LargestNtkEigenvalueOptions = {}): number {
  const { seed = 0, tolerance = 1e-4, kernels = defaultKernels() } = options
  checkInput('largestNtkEigenvalue', network, x)
  if (!(x.rows > 0)) throw new NumbersError(`largestNtkEigenvalue: expected at least one sample, got ${x.rows}`)
  const precision = options.precision ?? (tolerance >= 1e-4 ? 'f32' : 'f64')
  const classes = network.spec.sizes.at(-1)!
  return withScratch(kernels, (scratch) => {
    const plane = placeTangentPlane(kernels, scratch, precision, network, x)
    const gradient = placeDirection(plane)
    const apply = (v: Float64Array) => {
      vectorJacobian(plane, matrix(x.rows, classes, v), gradient)
      return jacobianVector(plane, gradient).data
    }
    return largestEigenvalue(apply, x.rows * classes, { seed, tolerance })
  })
}
