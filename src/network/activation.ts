import { nearestName } from '../data/nearest-name.js'
import { activationNames, activations, type ActivationName } from './activations/activations.js'
import type { ActivationDefinition, ActivationForm } from './activations/definition.js'
import { NumbersError } from '../numbers-error.js'

/**
 * A pointwise nonlinearity φ: one that limn has, or one's own with its definition. What a file says of one's own, `own:<name>`, has
 * none: it can be carried on, and is refused where φ is needed.
 */
export interface Activation {
  readonly name: string
  /** On the negative side: of leaky ReLU (default 0.01) and of ABReLU. */
  readonly slope?: number
  /** On the positive side: of ABReLU. */
  readonly rise?: number
  /** What `defineActivation` gives; absent for the names that limn has. */
  readonly definition?: ActivationDefinition
}

/** Before the name of an activation of one's own in files, which hold no functions. */
const ownPrefix = 'own:'

/** How an activation is written: its name and parameters, if it has some. */
const written = ({ name, parameters = [] }: ActivationDefinition): string =>
  [name, ...parameters.map((parameter) => `<${parameter.name}>`)].join(':')

/** Every activation as it is written, separated by commas: for help and refusals. */
export const activationChoices = activationNames.map((name) => written(activations[name])).join(', ')

/**
 * The definition behind a name. @throws RangeError when limn has none and none is given
 *
 * @example
 * import { definitionOf } from 'limn'
 *
 * console.log(definitionOf({ name: 'leaky-relu' }).parameters?.map(({ name, fallback }) => `${name} ${fallback}`))
 * // [ 'slope 0.01' ]
 */
export function definitionOf({ name, definition }: Activation): ActivationDefinition {
  if (definition) return definition
  if (name.startsWith(ownPrefix)) {
    const own = name.slice(ownPrefix.length)
    throw new NumbersError(
      `activation: ${own} is not one of limn's; give its module (--activation ./${own}.js) or { name: '${own}', definition }`,
    )
  }
  if (Object.hasOwn(activations, name)) return activations[name as ActivationName]
  throw unknownActivation(name)
}

function unknownActivation(text: string): NumbersError {
  const nearest = nearestName(text, activationNames)
  const remedy = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
  return new NumbersError(
    `activation: expected ${activationChoices}, got '${text}'${remedy}; one of your own needs its definition (defineActivation)`,
  )
}

/**
 * What plain JavaScript may get wrong: an activation is an object, its name one that limn has or its definition there.
 *
 * @throws TypeError for a text or anything else that is no activation
 * @throws RangeError for a name that limn does not have
 */
export function requireActivation(caller: string, activation: Activation): void {
  const given: unknown = activation
  if (typeof given !== 'object' || given === null || typeof activation.name !== 'string') {
    const remedy = typeof given === 'string' ? `; parseActivation('${given}') reads a text` : ''
    throw new TypeError(
      `${caller}: expected an activation such as { name: 'relu' }, got ${JSON.stringify(given)}${remedy}`,
    )
  }
  if (!activation.name.startsWith(ownPrefix)) definitionOf(activation)
}

/** An activation's parameters in the order of its definition. */
export function parametersOf(activation: Activation): number[] {
  const { parameters = [] } = definitionOf(activation)
  return parameters.map(({ name, fallback }) => activation[name] ?? fallback)
}

/** Forms that were asked for: what is computed of a form is kept with it. */
const forms = new WeakMap<ActivationDefinition, Map<string, ActivationForm>>()

/**
 * φ with the parameters that an activation says; the same object for the same definition and parameters.
 *
 * @throws RangeError when limn has no activation of this name and no definition is given
 *
 * @example
 * import { formOf } from 'limn'
 *
 * const { value, derivative } = formOf({ name: 'leaky-relu', slope: 0.1 })
 * console.log(value(-2), derivative(-2)) // -0.2 0.1
 */
export function formOf(activation: Activation): ActivationForm {
  const definition = definitionOf(activation)
  const known = forms.get(definition) ?? new Map<string, ActivationForm>()
  forms.set(definition, known)
  const parameters = parametersOf(activation)
  const key = parameters.join()
  const form = known.get(key) ?? definition.form(...parameters)
  known.set(key, form)
  return form
}

/**
 * Reads a name that limn has, followed by parameters where it takes some: `relu`, `leaky-relu`, `leaky-relu:0.2`.
 *
 * @throws RangeError on any other text
 *
 * @example
 * import { parseActivation } from 'limn'
 *
 * console.log(parseActivation('leaky-relu:0.2')) // { name: 'leaky-relu', slope: 0.2 }
 */
export function parseActivation(text: string): Activation {
  const [name, ...values] = text.split(':')
  if (!Object.hasOwn(activations, name)) throw unknownActivation(text)
  const { parameters = [] } = activations[name as ActivationName]
  if (values.length > parameters.length) throw unknownActivation(text)
  const given = parameters.map(({ name: parameter, fallback, expected }, at): [string, number] => {
    const value = at < values.length ? values[at] : String(fallback)
    const number = value.trim() === '' ? NaN : Number(value)
    if (Number.isFinite(number) && (expected?.holds(number) ?? true)) return [parameter, number]
    const form = written(activations[name as ActivationName])
    throw new NumbersError(
      `activation: expected ${expected?.what ?? `a finite ${parameter}`} in ${form}, got '${text}'`,
    )
  })
  return { name, ...Object.fromEntries(given) }
}

/**
 * Reads what {@link formatActivation} wrote into a file: {@link parseActivation}'s texts and `own:<name>`, which stands for an
 * activation of one's own without its functions; whoever computes with it gives them.
 *
 * @throws RangeError on any other text
 */
export function readActivation(text: string): Activation {
  return /^own:[a-z][a-z0-9-]*$/.test(text) ? { name: text } : parseActivation(text)
}

/**
 * The text of an activation in a file; {@link parseActivation} reads those of limn's own.
 *
 * @example
 * import { formatActivation } from 'limn'
 *
 * console.log(formatActivation({ name: 'leaky-relu' })) // leaky-relu:0.01
 */
export function formatActivation(activation: Activation): string {
  if (activation.definition) return `${ownPrefix}${activation.name}`
  if (activation.name.startsWith(ownPrefix)) return activation.name
  return [activation.name, ...parametersOf(activation)].join(':')
}

/** φ, φ' or φ''. */
export type DerivativeOrder = 'value' | 'derivative' | 'second'

/** Distance of the points of differences. */
const step = 1e-3

/** φ'' from φ': differences of order 4 to one side where the other lies beyond a kink. */
function differences({ derivative, kinks = [] }: ActivationForm): (z: number) => number {
  const apart = (from: number, to: number): boolean =>
    kinks.some((at) => at >= Math.min(from, to) && at <= Math.max(from, to))
  return (z) => {
    if (!apart(z - 2 * step, z + 2 * step)) {
      const [far, near] = [
        derivative(z + 2 * step) - derivative(z - 2 * step),
        derivative(z + step) - derivative(z - step),
      ]
      return (8 * near - far) / (12 * step)
    }
    // φ' is the left slope at a kink.
    const h = apart(z + Number.EPSILON, z + 4 * step) ? -step : step
    const at = (k: number): number => derivative(z + k * h)
    return (-25 * at(0) + 48 * at(1) - 36 * at(2) + 16 * at(3) - 3 * at(4)) / (12 * h)
  }
}

/** The function that an order names. */
export function functionOf(form: ActivationForm, order: DerivativeOrder): (z: number) => number {
  return order === 'second' ? (form.second ?? differences(form)) : form[order]
}

/**
 * φ, φ' or φ'' of every entry of `z`.
 *
 * @returns a new array
 */
export function mapActivation(activation: Activation, order: DerivativeOrder, z: Float64Array): Float64Array {
  const rule = functionOf(formOf(activation), order)
  const result = new Float64Array(z.length)
  for (let i = 0; i < z.length; i++) result[i] = rule(z[i])
  return result
}

/** Slope on the negative side of the activations that are the identity on the positive one; undefined for all others. */
export function negativeSlope(activation: Activation): number | undefined {
  const { closedForm } = formOf(activation)
  return closedForm?.family === 'arc-cosine' && closedForm.gain === undefined ? closedForm.slope : undefined
}
