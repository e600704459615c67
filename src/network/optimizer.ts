import type { Kernels, Pointer } from '../linalg/kernels.js'
import { NumbersError } from '../numbers-error.js'

/** w ← w − η v with v ← μ v + g (PyTorch's convention); μ = 0 is plain gradient descent. */
export interface SgdOptions {
  readonly name: 'sgd'
  readonly learningRate: number
  /** In [0, 1); default 0 */
  readonly momentum?: number
}

/** Adam (Kingma and Ba 2015, algorithm 1). */
export interface AdamOptions {
  readonly name: 'adam'
  readonly learningRate: number
  /** In [0, 1); default 0.9 */
  readonly beta1?: number
  /** In [0, 1); default 0.999 */
  readonly beta2?: number
  /** Positive; default 1e-8 */
  readonly epsilon?: number
}

export type OptimizerOptions = SgdOptions | AdamOptions

export type OptimizerName = OptimizerOptions['name']

/** One flat array of f32 parameters in kernel memory, its gradient, and the optimizer's state in f64 beside it (zero at first). */
export interface ParameterArrays {
  readonly count: number
  readonly values: Pointer
  readonly gradient: Pointer
  readonly state: readonly Pointer[]
}

interface OptimizerRule<Options> {
  /** State arrays per parameter array */
  readonly arrays: number
  /** @throws RangeError when an option is out of range */
  readonly check: (options: Options) => void
  /** One update; `step` counts from 1. */
  readonly update: (kernels: Kernels, options: Options, parameters: ParameterArrays, step: number) => void
}

function requireFraction(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new NumbersError(`train: expected ${name} in [0, 1), got ${value}`)
}

/** Optimizers by name. A new one is one entry here and one member of {@link OptimizerOptions}. */
export const optimizers = {
  sgd: {
    arrays: 1,
    check: ({ momentum = 0 }) => requireFraction('momentum', momentum),
    update(kernels, { learningRate, momentum = 0 }, { count, values, gradient, state }) {
      kernels.call.momentumStep(count, values, gradient, state[0], learningRate, momentum)
    },
  },
  adam: {
    arrays: 2,
    check({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }) {
      requireFraction('beta1', beta1)
      requireFraction('beta2', beta2)
      if (!(epsilon > 0)) throw new NumbersError(`train: expected a positive epsilon, got ${epsilon}`)
    },
    update(kernels, options, { count, values, gradient, state }, step) {
      const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
      const rate = learningRate / (1 - beta1 ** step)
      kernels.call.adamStep(
        ...[count, values, gradient, state[0], state[1], rate, beta1, beta2, 1 / (1 - beta2 ** step), epsilon],
      )
    },
  },
} as const satisfies { [Name in OptimizerName]: OptimizerRule<Extract<OptimizerOptions, { name: Name }>> }

export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[]

function ruleOf({ name }: OptimizerOptions): OptimizerRule<OptimizerOptions> {
  return optimizers[name] as OptimizerRule<OptimizerOptions>
}

/** @throws RangeError when the learning rate or another number is out of range */
export function checkOptimizer(options: OptimizerOptions): void {
  if (!(options.learningRate > 0 && options.learningRate < Infinity)) {
    throw new NumbersError(`train: expected a positive learningRate, got ${options.learningRate}`)
  }
  ruleOf(options).check(options)
}

/** State arrays that the optimizer keeps beside each parameter array. */
export function stateArrays(options: OptimizerOptions): number {
  return ruleOf(options).arrays
}

/** One optimizer step on one parameter array; `step` counts from 1. */
export function updateParameters(
  kernels: Kernels,
  options: OptimizerOptions,
  parameters: ParameterArrays,
  step: number,
): void {
  ruleOf(options).update(kernels, options, parameters, step)
}
