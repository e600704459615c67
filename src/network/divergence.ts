import { NumbersError } from '../numbers-error.js'

/** A loss that began within the range of numbers and has left it. */
export class DivergenceError extends NumbersError {
  override readonly name = 'DivergenceError'
  /** What happened and what helps, without the function's name. */
  readonly problem: string

  constructor(caller: string, problem: string) {
    super(`${caller}: ${problem}`)
    this.problem = problem
  }
}

/** The largest |value|; NaN when there is one. */
export function largestSize(values: Float64Array): number {
  let largest = 0
  for (const value of values) {
    if (Number.isNaN(value)) return NaN
    largest = Math.max(largest, Math.abs(value))
  }
  return largest
}

/** What a training run knows of its numbers when the loss is no longer finite. */
export interface LossFailure {
  readonly caller: string
  readonly step: number
  /** The loss one step before; undefined at step 0. */
  readonly before?: number
  readonly learningRate: number
  /** Largest |f| before the first step; NaN or infinite when f is not finite. */
  readonly outputs: number
  /** Largest |y|. */
  readonly targets: number
  /** Largest |x|. */
  readonly inputs: number
}

/** Where the products of a gradient in f32 begin to overflow, whatever the learning rate: 2^100, of 2^128 at most. */
const hugeValue = 2 ** 100

/**
 * The error of a loss that is not finite, with its cause. Before the first step that is no matter of the learning rate, nor is
 * it later when outputs or targets leave gradients no room.
 */
export function lossError({ caller, step, before, learningRate, outputs, targets, inputs }: LossFailure): Error {
  const upTo = (size: number) => `of up to ${size.toPrecision(3)}`
  const tooLarge =
    targets >= outputs
      ? `targets ${upTo(targets)} are too large; scale them down`
      : `the network’s outputs ${upTo(outputs)} are too large; scale the samples or the weights down`
  if (step === 0) {
    const problem = Number.isFinite(outputs)
      ? tooLarge
      : `the network’s outputs leave the range of f32 for samples ${upTo(inputs)}; scale the samples or the weights down`
    return new NumbersError(`${caller}: the loss is not finite before the first step: ${problem}`)
  }
  const was = before === undefined ? '' : `; it was ${before.toPrecision(4)} one step before`
  const isHuge = Math.max(targets, outputs) >= hugeValue
  const cause = isHuge ? tooLarge : `use a learning rate smaller than ${learningRate}`
  return new DivergenceError(caller, `the loss is not finite at step ${step}${was}; ${cause}`)
}
