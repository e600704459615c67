import { activationProblem, type ActivationDefinition, type ActivationForm } from './definition.js'
import { NumbersError } from '../../numbers-error.js'

/** What {@link defineActivation} takes. */
export interface OwnActivation extends ActivationForm {
  readonly name: string
  /** One line: the formula. Default: the name. */
  readonly summary?: string
  readonly paper?: string
  readonly innerSigmaW2?: number
}

/** How far φ' may be from the slope of φ, relative to 1 + |φ'|. */
const tolerance = 1e-5

/** Points at which a definition is tried; none is a number that kinks are likely to have. */
const tried = [-7.3, -3.1, -1.37, -0.61, -0.17, 0.13, 0.47, 1.21, 2.9, 6.7]

function requireDerivative({ name, value, derivative, kinks = [] }: OwnActivation): void {
  for (const z of tried) {
    const h = 1e-5
    if (kinks.some((at) => Math.abs(at - z) <= h)) continue
    const slope = (value(z + h) - value(z - h)) / (2 * h)
    const got = derivative(z)
    if (!(Math.abs(got - slope) <= tolerance * (1 + Math.abs(slope)))) {
      throw new NumbersError(
        `defineActivation: ${name}: expected a derivative that is the slope of value, ${slope.toPrecision(6)} at ${z}, got ${got}`,
      )
    }
  }
}

function requireKinks({ name, kinks = [] }: OwnActivation): void {
  if (kinks.every((at, i) => Number.isFinite(at) && (i === 0 || at > kinks[i - 1]))) return
  throw new NumbersError(`defineActivation: ${name}: expected kinks in increasing order, got [${kinks.join(', ')}]`)
}

function requireTails({ name, value, tails }: OwnActivation): void {
  if (!tails) return
  const [left, right] = tails
  for (const [{ from, slope, intercept }, side] of [[left, -1] as const, [right, 1] as const]) {
    const z = from + side
    const line = slope * z + intercept
    if (Number.isFinite(from) && Math.abs(value(z) - line) <= 1e-14 * (1 + Math.abs(line))) continue
    throw new NumbersError(
      `defineActivation: ${name}: expected φ to be ${slope} z + ${intercept} beyond ${from}, got ${value(z)} at ${z}`,
    )
  }
}

/**
 * An activation of one's own: for specifications of networks (`{ name, definition }`), `limn … --activation ./mine.js`, training,
 * empirical and limit kernels. Without a closed form of the dual it is a Hermite series with an error that is known
 * (`hermiteDual`).
 *
 * @throws RangeError when the name is no name, φ' is not the slope of φ at ten points, kinks are out of order, or a tail is
 *   not φ
 *
 * @example
 * import { createSpec, defineActivation, initialize, matrix, outputs } from 'limn'
 *
 * const definition = defineActivation({ name: 'square', value: (z) => z * z, derivative: (z) => 2 * z })
 * const spec = createSpec({ sizes: [1, 3, 1], activation: { name: 'square', definition } })
 * console.log(outputs(initialize(spec, 1), matrix(1, 1)).data[0]) // 0
 */
export function defineActivation(own: OwnActivation): ActivationDefinition {
  const { name, summary = name, paper, innerSigmaW2, ...form } = own
  const definition: ActivationDefinition = {
    name,
    summary,
    ...(paper !== undefined && { paper }),
    ...(innerSigmaW2 !== undefined && { innerSigmaW2 }),
    form: () => form,
  }
  const problem =
    activationProblem(definition) ??
    (typeof own.value === 'function' && typeof own.derivative === 'function'
      ? undefined
      : `${name}: expected functions value and derivative`)
  if (problem !== undefined) throw new NumbersError(`defineActivation: ${problem}`)
  requireKinks(own)
  requireDerivative(own)
  requireTails(own)
  return definition
}
