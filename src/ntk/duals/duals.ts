import { definitionOf, formOf, type Activation } from '../../network/activation.js'
import type { ActivationForm } from '../../network/activations/definition.js'
import type { Dual, Kink } from '../../network/activations/dual.js'
import { arcCosineDual } from './arc-cosine.js'
import { erfDual } from './erf.js'
import { hermiteDual } from './hermite-dual.js'
import { piecewiseLinearDual } from './piecewise-linear.js'

/** How kernels compute a dual. */
export type DualRoute =
  | { readonly family: 'arc-cosine'; readonly slope: number }
  | { readonly family: 'erf' }
  | { readonly family: 'piecewise-linear'; readonly kinks: readonly Kink[] }
  | { readonly family: 'series' }

/** The dual of an activation, and how kernels compute it. */
export interface LimitDual extends Dual {
  readonly name: string
  readonly route: DualRoute
  /** G and Ġ are so many times what the route gives. */
  readonly gain: number
  readonly form: ActivationForm
}

const scaled = (gain: number, { pair, diagonal }: Dual): Dual => ({
  pair(q, q2, k) {
    const { g, gDot } = pair(q, q2, k)
    return { g: gain * g, gDot: gain * gDot }
  },
  diagonal(q) {
    const { g, gDot } = diagonal(q)
    return { g: gain * g, gDot: gain * gDot }
  },
})

/**
 * The dual of an activation: its closed form, or else Hermite series (`hermiteDual`).
 *
 * @throws RangeError when limn has no activation of this name and no definition is given
 *
 * @example
 * import { dualOf } from 'limn'
 *
 * const { g, gDot } = dualOf({ name: 'relu' }).diagonal(2)
 * console.log(g, gDot) // 1 0.5
 */
export function dualOf(activation: Activation): LimitDual {
  const form = formOf(activation)
  const { name } = definitionOf(activation)
  const { closedForm } = form
  const common = { name, form, gain: 1 }
  switch (closedForm?.family) {
    case 'arc-cosine': {
      const { slope, gain = 1 } = closedForm
      const dual = arcCosineDual(slope)
      return { ...common, ...(gain === 1 ? dual : scaled(gain, dual)), gain, route: { family: 'arc-cosine', slope } }
    }
    case 'erf':
      return { ...common, ...erfDual, route: { family: 'erf' } }
    case 'piecewise-linear': {
      const { kinks } = closedForm
      return { ...common, ...piecewiseLinearDual(form, kinks), route: { family: 'piecewise-linear', kinks } }
    }
    default:
      return { ...common, ...(form.dual ?? hermiteDual(name, form)), route: { family: 'series' } }
  }
}

/** The same numbers for duals that give the same values by the same route; for those without parameters, one for each φ. */
const numbers = new WeakMap<ActivationForm, number>()
let forms = 0

/** A text that is the same for duals that recursions may share. */
export function dualKey({ route, form, gain }: LimitDual): string {
  if (route.family === 'erf') return 'erf'
  if (route.family === 'arc-cosine') return `arc-cosine ${route.slope} ${gain}`
  const number = numbers.get(form) ?? forms++
  numbers.set(form, number)
  return `${route.family} ${number}`
}
