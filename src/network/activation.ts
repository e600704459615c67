import { erf, erfDerivative } from './erf.js'

/** A pointwise nonlinearity φ with its first two derivatives (almost everywhere). */
export interface Activation {
  readonly name: ActivationName
  /** Slope on the negative side; only leaky ReLU has one. */
  readonly slope?: number
}

export const activationNames = ['relu', 'leaky-relu', 'erf', 'identity'] as const

export type ActivationName = (typeof activationNames)[number]

/** Slope of leaky ReLU when none is given. */
export const defaultLeakySlope = 0.01

/**
 * Reads `relu`, `erf`, `identity`, `leaky-relu` or `leaky-relu:0.2`.
 *
 * @throws RangeError on any other text
 */
export function parseActivation(text: string): Activation {
  const [name, parameter] = text.split(':') as [string, string | undefined]
  const known = activationNames.find((candidate) => candidate === name)
  if (!known || (parameter !== undefined && known !== 'leaky-relu')) {
    throw new RangeError(`activation: expected ${activationNames.join(', ')} or leaky-relu:<slope>, got '${text}'`)
  }
  if (known !== 'leaky-relu') return { name: known }
  const slope = parameter === undefined ? defaultLeakySlope : Number(parameter)
  if (!(parameter?.trim() !== '' && Number.isFinite(slope))) {
    throw new RangeError(`activation: expected a finite slope in leaky-relu:<slope>, got '${text}'`)
  }
  return { name: known, slope }
}

/** The text that {@link parseActivation} reads back. */
export function formatActivation({ name, slope }: Activation): string {
  return name === 'leaky-relu' ? `${name}:${slope ?? defaultLeakySlope}` : name
}

/** φ, φ' and φ'' of one activation; `slope` is leaky ReLU's and ignored by the others. */
export interface ActivationRule {
  readonly value: (z: number, slope: number) => number
  /** φ'(z); where φ has a kink (z = 0), the left slope: 0 for ReLU, as in PyTorch. */
  readonly derivative: (z: number, slope: number) => number
  /** φ''(z), without the point mass that a kink has. */
  readonly second: (z: number, slope: number) => number
}

const zero = () => 0

/** Pointwise values and derivatives of every activation, in f64. */
export const activationRules = {
  relu: { value: (z) => (z > 0 ? z : 0 * z), derivative: (z) => (z > 0 ? 1 : 0), second: zero },
  'leaky-relu': {
    value: (z, slope) => (z > 0 ? z : slope * z),
    derivative: (z, slope) => (z > 0 ? 1 : slope),
    second: zero,
  },
  erf: { value: erf, derivative: erfDerivative, second: (z) => -2 * z * erfDerivative(z) },
  identity: { value: (z) => z, derivative: () => 1, second: zero },
} as const satisfies Record<ActivationName, ActivationRule>

/** The slope on the negative side that `value` and its derivatives take. */
export function activationSlope({ slope }: Activation): number {
  return slope ?? defaultLeakySlope
}

/**
 * φ, φ' or φ'' of every entry of `z`.
 *
 * @returns a new array
 */
export function mapActivation(activation: Activation, order: keyof ActivationRule, z: Float64Array): Float64Array {
  const rule: (z: number, slope: number) => number = activationRules[activation.name][order]
  const slope = activationSlope(activation)
  const result = new Float64Array(z.length)
  for (let i = 0; i < z.length; i++) result[i] = rule(z[i], slope)
  return result
}
