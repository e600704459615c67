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
  if (!(parameter !== '' && Number.isFinite(slope))) {
    throw new RangeError(`activation: expected a finite slope in leaky-relu:<slope>, got '${text}'`)
  }
  return { name: known, slope }
}

/** The text that {@link parseActivation} reads back. */
export function formatActivation({ name, slope }: Activation): string {
  return name === 'leaky-relu' ? `${name}:${slope ?? defaultLeakySlope}` : name
}
