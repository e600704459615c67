import type { Matrix } from '../linalg/matrix.js'
import type { Kernel } from '../ntk/kernel.js'
import { accuracyFromModes } from './accuracy.js'
import { checkDynamics, lossFromModes, type DynamicsOptions, type PredictedLoss } from './loss.js'
import { modes } from './modes.js'

export { accuracyFromModes } from './accuracy.js'
export type { DynamicsMode } from './factors.js'
export { lossFromModes, type DynamicsOptions, type PredictedLoss } from './loss.js'
export { modes, type ClassModes, type KernelModes } from './modes.js'

export interface PredictOptions extends DynamicsOptions {
  /** Right classes, `[N]`; default: where each row of the targets is largest. Only with two or more outputs. */
  readonly labels?: ArrayLike<number>
}

export interface Prediction extends PredictedLoss {
  /** T + 1 entries; only with two or more outputs. */
  readonly accuracy?: Float64Array
}

/**
 * The training curve of a model that a fixed kernel governs, ḟ = −(1/N) Θ (f − y) from f = 0, by gradient descent or flow.
 * To try several learning rates, decompose once with {@link modes} and use {@link lossFromModes}.
 *
 * @param kernel Θ, one class per output or one for all
 * @param targets y `[N, C]`
 * @throws RangeError when shapes do not fit, an entry is not finite, a kernel is not symmetric, or an option is out of range
 * @throws Error when the loss leaves the range of f64, or an eigenvalue iteration does not converge
 */
export function predict(kernel: Kernel, targets: Matrix, options: PredictOptions): Prediction {
  checkDynamics(options)
  const kernelModes = modes(kernel, targets)
  const predicted = lossFromModes(kernelModes, options)
  if (targets.cols < 2 && !options.labels) return predicted
  return { ...predicted, accuracy: accuracyFromModes(kernelModes, options, options.labels) }
}
