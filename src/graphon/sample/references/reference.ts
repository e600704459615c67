import { NumbersError } from '../../../numbers-error.js'

/** A graphon known in closed form, to test estimators on. */
export interface ReferenceGraphon {
  /** The formula, for tables. */
  readonly formula: string
  /** W(u, v) in [0, 1] for positions in [0, 1). */
  readonly value: (u: number, v: number) => number
  /** ∫∫ W: the density of its masks. */
  readonly integral: number
  /** sup W. */
  readonly supremum: number
}

/**
 * The same shape at another density: W·density/∫W.
 *
 * @throws RangeError when the density is not positive, or so high that W would exceed 1
 */
export function scaledTo(reference: ReferenceGraphon, density: number): ReferenceGraphon {
  const highest = reference.integral / reference.supremum
  if (!(density > 0 && density <= highest * (1 + 1e-12))) {
    throw new NumbersError(`scaledTo: expected a density in (0, ${highest}] for ${reference.formula}, got ${density}`)
  }
  const factor = density / reference.integral
  return {
    ...reference,
    value: (u, v) => Math.min(1, factor * reference.value(u, v)),
    integral: density,
    supremum: Math.min(1, factor * reference.supremum),
  }
}
