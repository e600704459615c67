import type { ClosedDual, Dual } from './dual.js'

/** φ beyond some point, where it is a line to the last bit. */
export interface Tail {
  readonly from: number
  readonly slope: number
  readonly intercept: number
}

/** A pointwise nonlinearity φ with all parameters given. */
export interface ActivationForm {
  /** φ(z); NaN at NaN. */
  readonly value: (z: number) => number
  /** φ'(z); where φ has a kink, the left slope: 0 for ReLU at 0, as in PyTorch. */
  readonly derivative: (z: number) => number
  /**
   * φ''(z), without the point mass that a kink has. Default: differences of φ' of order 4, to about ten digits; none of their
   * points lies beyond a kink.
   */
  readonly second?: (z: number) => number
  /** Where φ or a derivative is not smooth, in increasing order. Default: nowhere. */
  readonly kinks?: readonly number[]
  /** Lines that φ joins on both sides, if it does: tables then take the place of φ in f32 and f64 kernels. */
  readonly tails?: readonly [left: Tail, right: Tail]
  /** A closed form of the dual that kernels compute. Default: Hermite series of φ', see `hermiteDual`. */
  readonly closedForm?: ClosedDual
  /** A closed form of the dual that is not among those; kernels then take the series, and tests compare them. */
  readonly dual?: Dual
}

/** A number that an activation's name is followed by, `leaky-relu:0.2`. */
export interface ActivationParameter {
  readonly name: 'slope' | 'rise'
  /** Taken when it is not said. */
  readonly fallback: number
  /** What it may be beside finite. Default: anything. */
  readonly expected?: { readonly what: string; readonly holds: (value: number) => boolean }
}

/** An activation: what its file gives to the table, or a module to limn. */
export interface ActivationDefinition {
  /** Short and stable: files and studies say it. */
  readonly name: string
  /** One line: the formula. */
  readonly summary: string
  /** Where it was published. */
  readonly paper?: string
  readonly parameters?: readonly ActivationParameter[]
  /** Default σ_w² of the inner matrices, those of the first and last being 1. Default 1. */
  readonly innerSigmaW2?: number
  /** φ with its parameters, in their order. */
  readonly form: (...parameters: readonly number[]) => ActivationForm
}

/** What is wrong with a value as an {@link ActivationDefinition}; undefined where nothing is. */
export function activationProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `expected an activation, got ${String(value)}`
  const { name, summary, form } = value as Partial<ActivationDefinition>
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) {
    return `expected a name of small letters, digits and hyphens, got ${JSON.stringify(name)}`
  }
  if (typeof summary !== 'string') return `${name}: expected a summary, the formula in one line`
  if (typeof form !== 'function') return `${name}: expected form, a function that gives { value, derivative }`
  return undefined
}
