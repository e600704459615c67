import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import { formOf, mapActivation, negativeSlope, type Activation, type DerivativeOrder } from './activation.js'
import { tableOf } from './activation-table.js'
import { erfTable } from './erf.js'
import type { Precision, PrecisionArray } from './blocks.js'
import { kernelOf, type PrecisionKernel } from './sparse.js'

/** How kernels apply φ and φ', with what they need in kernel memory; `map` where none does. */
export type PlacedActivation = { readonly activation: Activation } & (
  | { readonly kind: 'piecewise'; readonly slope: number }
  | { readonly kind: 'erf' | 'tabulated'; readonly table: Pointer }
  | { readonly kind: 'map' }
)

/** Chooses kernels for an activation. */
export function placeActivation(scratch: Scratch, activation: Activation): PlacedActivation {
  const slope = negativeSlope(activation)
  if (slope !== undefined) return { activation, kind: 'piecewise', slope }
  const form = formOf(activation)
  if (form.closedForm?.family === 'erf') return { activation, kind: 'erf', table: scratch.put(erfTable) }
  const table = tableOf(form)
  return table ? { activation, kind: 'tabulated', table: scratch.put(table) } : { activation, kind: 'map' }
}

/** Values at `at` become, or are multiplied by, φ or one of its derivatives at `z`, without kernels. */
export function mapValues(
  activation: Activation,
  order: DerivativeOrder,
  z: PrecisionArray,
  at: PrecisionArray,
  multiply: boolean,
): void {
  const mapped = mapActivation(activation, order, Float64Array.from(z))
  if (multiply) for (let k = 0; k < at.length; k++) at[k] *= mapped[k]
  else at.set(mapped)
}

interface Values {
  readonly kernels: Kernels
  readonly scratch: Scratch
  readonly precision: Precision
}

const viewOf = ({ scratch, precision }: Values, at: Pointer, count: number): PrecisionArray =>
  precision === 'f32' ? scratch.f32(at, count) : scratch.f64(at, count)

/** The kernels of φ and of φ', which take a slope or a table. */
const kernelNames = {
  piecewise: { value: 'piecewise', derivative: 'piecewiseSlope' },
  erf: { value: 'erf', derivative: 'erfSlope' },
  tabulated: { value: 'tabulated', derivative: 'tabulatedSlope' },
} as const satisfies Record<string, Record<'value' | 'derivative', PrecisionKernel>>

/** What the kernel of an activation takes beside numbers. */
const parameterOf = (placed: Exclude<PlacedActivation, { kind: 'map' }>): number =>
  placed.kind === 'piecewise' ? placed.slope : placed.table

/** a = φ(z), by the kernels of a precision. */
export function applyValue(values: Values, placed: PlacedActivation, count: number, z: Pointer, a: Pointer): void {
  if (placed.kind === 'map') {
    mapValues(placed.activation, 'value', viewOf(values, z, count), viewOf(values, a, count), false)
  } else kernelOf(values, kernelNames[placed.kind].value)(count, z, a, parameterOf(placed))
}

/** e ∘= φ'(z). */
export function applyDerivative(values: Values, placed: PlacedActivation, count: number, z: Pointer, e: Pointer): void {
  if (placed.kind === 'map') {
    mapValues(placed.activation, 'derivative', viewOf(values, z, count), viewOf(values, e, count), true)
  } else kernelOf(values, kernelNames[placed.kind].derivative)(count, z, e, parameterOf(placed))
}

/** Whether {@link valueStep} and {@link derivativeStep} have steps for it. */
export const inSteps = ({ kind }: PlacedActivation): boolean => kind === 'piecewise' || kind === 'tabulated'

/** a = φ(z) on f64 numbers as a step of a team; undefined where it is computed without kernels. */
export function valueStep(placed: PlacedActivation, count: Argument, z: Argument, a: Argument): Step | undefined {
  if (placed.kind === 'piecewise') return step('piecewiseF64', count, z, a, placed.slope)
  return placed.kind === 'tabulated' ? step('tabulatedF64', count, z, a, placed.table) : undefined
}

/** e ∘= φ'(z) likewise. */
export function derivativeStep(placed: PlacedActivation, count: Argument, z: Argument, e: Argument): Step | undefined {
  if (placed.kind === 'piecewise') return step('piecewiseSlopeF64', count, z, e, placed.slope)
  return placed.kind === 'tabulated' ? step('tabulatedSlopeF64', count, z, e, placed.table) : undefined
}
