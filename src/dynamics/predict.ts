import { requireLabels } from '../data/labels.js'
import { argmaxRows } from '../linalg/argmax-rows.js'
import type { Extremes } from '../linalg/extremes.js'
import { defaultKernels, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { KernelSource } from '../ntk/kernel-file.js'
import { kernelMatrix, type Kernel } from '../ntk/kernel.js'
import { accuracyFromModes } from './accuracy.js'
import { descendByProducts, flowByExponential } from './by-class.js'
import { beyondRange, checkDynamics, lossFromModes, type DynamicsOptions, type PredictedLoss } from './loss.js'
import { checkTargets, columns, modes } from './modes.js'
import { chooseRoute, type Route } from './route.js'
import { tally } from './tally.js'
import { NumbersError } from '../numbers-error.js'

export { accuracyFromModes } from './accuracy.js'
export type { Extremes } from '../linalg/extremes.js'
export type { DynamicsMode } from './factors.js'
export { lossFromModes, type DynamicsOptions, type PredictedLoss } from './loss.js'
export { modes, type ClassModes, type KernelModes } from './modes.js'
export { chooseRoute, routeMemory, type Route } from './route.js'
export { tallyMemory } from './tally.js'

export interface PredictOptions extends DynamicsOptions {
  /** Right classes, `[N]`; default: where each row of the targets is largest. Only with two or more outputs. */
  readonly labels?: ArrayLike<number>
  /** Default: the cheaper one, see `chooseRoute`. `products` is for descent, `krylov` for flow. */
  readonly route?: Route
  /** Called for each class as soon as its largest and smallest eigenvalue are known; what it throws ends the prediction. */
  readonly onExtremes?: (found: Extremes, c: number) => void
  readonly kernels?: Kernels
}

export interface Prediction extends PredictedLoss {
  /** T + 1 entries; only with two or more outputs. */
  readonly accuracy?: Float64Array
}

/**
 * The training curve of a model that a fixed kernel governs, ḟ = −(1/N) Θ (f − y) from f = 0, by gradient descent or flow.
 * To try several learning rates, decompose once with {@link modes} and use {@link lossFromModes}.
 *
 * Beyond 1024 samples nothing is decomposed where that is not worth it: descent then takes a product with Θ for each step,
 * flow the matrix exponential, with a loss within 1e-8 of its first value of that of the decomposition. Classes of a source
 * are asked for one by one, in order; only the decomposition of a small kernel holds all of them.
 *
 * @param kernel Θ, one class per output or one for all
 * @param targets y `[N, C]`
 * @throws RangeError when shapes do not fit, an entry is not finite, a kernel is not symmetric, or an option is out of range
 * @throws DivergenceError when the loss leaves the range of f64
 * @throws Error when an iteration does not converge
 *
 * @example
 * import { matrixOf, predict } from 'limn'
 *
 * const kernel = { classes: 1, n: 2, data: Float64Array.of(1, 0, 0, 0.5) }
 * const { loss, stable } = predict(kernel, matrixOf([[1], [1]]), { learningRate: 2, steps: 2 })
 * // Modes with λ = 1 and ½ shrink by 1 − ηλ/N = 0 and ½ in every step.
 * console.log(stable, loss) // true Float64Array(3) [ 0.5, 0.0625, 0.015625 ]
 */
export function predict(kernel: Kernel | KernelSource, targets: Matrix, options: PredictOptions): Prediction {
  const { steps, mode, learningRate } = checkDynamics(options)
  checkTargets(kernel, targets)
  const { n, classes } = kernel
  const { onExtremes, kernels } = options
  const classOutputs = classes === 1 ? targets.cols : 1
  const route = options.route ?? chooseRoute(n, mode, steps, classOutputs)
  if ((route === 'products' && mode !== 'descent') || (route === 'krylov' && mode !== 'flow')) {
    throw new NumbersError(`predict: expected a route for ${mode}, got ${route}`)
  }
  const withAccuracy = targets.cols >= 2 || options.labels !== undefined
  if (withAccuracy && targets.cols < 2) {
    throw new NumbersError(`predict: expected two or more outputs for an accuracy, got ${targets.cols}`)
  }
  if (options.labels) requireLabels('predict', options.labels, targets.cols, n)
  const right = withAccuracy ? (options.labels ?? argmaxRows(targets)) : undefined
  const matrixOf = (c: number): Matrix => ('matrix' in kernel ? kernel.matrix(c) : kernelMatrix(kernel, c))
  if (route === 'modes') {
    const kernelModes = modes(kernel, targets, {
      ...(kernels && { kernels }),
      onClass: ({ eigenvalues }, c) => onExtremes?.({ largest: eigenvalues[0], smallest: eigenvalues[n - 1] }, c),
    })
    const predicted = lossFromModes(kernelModes, options)
    if (!right) return predicted
    return { ...predicted, accuracy: accuracyFromModes(kernelModes, options, right) }
  }
  const loss = new Float64Array(steps + 1)
  const seen = right && tally(n, steps)
  let largest = -Infinity
  for (let c = 0; c < classes; c++) {
    const outputs = classes === 1 ? Array.from({ length: targets.cols }, (_, output) => output) : [c]
    const compute = route === 'products' ? descendByProducts : flowByExponential
    compute({
      theta: matrixOf(c),
      y: columns(targets, outputs),
      learningRate,
      steps,
      outputs: seen !== undefined,
      kernels: kernels ?? defaultKernels(),
      onExtremes(found) {
        largest = Math.max(largest, found.largest)
        onExtremes?.(found, c)
      },
      visit(step, output, square, f) {
        loss[step] += square
        seen?.add(step, outputs[output], f)
      },
    })
  }
  const stable = mode === 'flow' || !((learningRate / n) * largest > 2)
  for (let t = 0; t <= steps; t++) {
    loss[t] /= 2 * n
    if (!Number.isFinite(loss[t])) throw beyondRange(t, stable, (2 * n) / largest)
  }
  return { loss, stable, ...(seen && { accuracy: seen.accuracy(right) }) }
}
