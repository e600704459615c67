import { DivergenceError } from '../network/divergence.js'
import { remaining, type DynamicsMode } from './factors.js'
import { modeEnergy, type KernelModes } from './modes.js'
import { NumbersError } from '../numbers-error.js'

export interface DynamicsOptions {
  /** Step size η > 0 of the loss 1/(2N) Σ ‖f − y‖². */
  readonly learningRate: number
  /** Number of steps T ≥ 0. */
  readonly steps: number
  /** `descent`: factors (1 − ηλ/N)^t. `flow`: exp(−ηλt/N), step t standing for time ηt. Default `descent`. */
  readonly mode?: DynamicsMode
}

export interface PredictedLoss {
  /** T + 1 entries: before the first step, …, after the last. */
  readonly loss: Float64Array
  /** False when ηλ₁/N > 2: this descent diverges, however slowly, along the kernel's first mode. */
  readonly stable: boolean
}

/**
 * The options with their defaults.
 *
 * @throws RangeError when the learning rate is not positive and finite, or steps is not a whole number
 */
export function checkDynamics({ learningRate, steps, mode = 'descent' }: DynamicsOptions): Required<DynamicsOptions> {
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new NumbersError(`predict: expected a positive learning rate, got ${learningRate}`)
  }
  if (!(Number.isSafeInteger(steps) && steps >= 0)) {
    throw new NumbersError(`predict: expected a whole number of steps, got ${steps}`)
  }
  return { learningRate, steps, mode }
}

/** The largest eigenvalue of all classes. */
export function largestEigenvalue({ classes }: KernelModes): number {
  return classes.reduce((largest, { eigenvalues }) => Math.max(largest, eigenvalues[0]), -Infinity)
}

/**
 * Predicted loss 1/(2N) Σ_i ‖f(x_i) − y_i‖², summed over outputs, from f = 0:
 * L_t = 1/(2N) Σ_k (v_k · y)² (1 − ηλ_k/N)^{2t}, or with exp(−2ηλ_k t/N) for the flow.
 * Zero and negative eigenvalues enter by the same formula: a zero mode never learns, a negative one grows.
 *
 * @throws RangeError when an option is out of range
 * @throws DivergenceError when the loss leaves the range of f64; the message names the step and the largest stable learning rate
 *
 * @example
 * import { lossFromModes, matrixOf, modes } from 'limn'
 *
 * const found = modes({ classes: 1, n: 1, data: Float64Array.of(0.5) }, matrixOf([[1]]))
 * // ½ (1 − η λ / N)^2t
 * console.log(lossFromModes(found, { learningRate: 1, steps: 2 }).loss) // Float64Array(3) [ 0.5, 0.125, 0.03125 ]
 */
export function lossFromModes(kernelModes: KernelModes, options: DynamicsOptions): PredictedLoss {
  const { learningRate, steps, mode } = checkDynamics(options)
  const { n, classes } = kernelModes
  const loss = new Float64Array(steps + 1)
  for (const classModes of classes) {
    const energy = modeEnergy(classModes)
    classModes.eigenvalues.forEach((eigenvalue, k) => {
      if (energy[k] === 0) return
      const x = (learningRate / n) * eigenvalue
      for (let t = 0; t <= steps; t++) loss[t] += energy[k] * remaining(mode, x, t) ** 2
    })
  }
  const largest = largestEigenvalue(kernelModes)
  const stable = mode === 'flow' || !((learningRate / n) * largest > 2)
  for (let t = 0; t <= steps; t++) {
    loss[t] /= 2 * n
    if (!Number.isFinite(loss[t])) throw beyondRange(t, stable, (2 * n) / largest)
  }
  return { loss, stable }
}

/** The error of a loss that leaves the range of f64. */
export function beyondRange(step: number, stable: boolean, limit: number): DivergenceError {
  const large = 'the targets are too large: scale them down'
  const growing = stable
    ? 'the kernel has negative eigenvalues that grow: use fewer steps or a positive semidefinite kernel'
    : `use a learning rate below 2N/λ₁ = ${limit.toPrecision(6)}`
  const remedy = step === 0 ? large : growing
  const problem = `expected a finite loss, got one beyond the range of f64 at step ${step}; ${remedy}`
  return new DivergenceError('predict', problem)
}
