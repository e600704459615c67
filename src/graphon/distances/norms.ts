import { cut } from './cut/cut.js'
import { l1 } from './l1.js'
import { l2 } from './l2.js'
import type { Norm } from './norm.js'
import { NumbersError } from '../../numbers-error.js'

/** Every norm by name. Help texts and schemas read this table. */
export const norms = { l1, l2, cut } as const satisfies Record<string, Norm>

export type NormName = keyof typeof norms

export const normNames = Object.keys(norms) as readonly NormName[]

/**
 * The norm of a name.
 *
 * @throws RangeError naming the known ones
 */
export function findNorm(name: string): Norm {
  const known = normNames.find((candidate) => candidate === name)
  if (!known) throw new NumbersError(`norm: expected ${normNames.join(', ')}, got '${name}'`)
  return norms[known]
}
