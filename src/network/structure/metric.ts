import { entryProblem } from '../../data/open-table.js'
import type { MaskChain } from './chain.js'

/** Named values; null where one is not defined, never NaN. */
export type StructureValues = Readonly<Record<string, number | boolean | string | null>>

/** None at all: of the network, where only its matrices have some. */
export type NoValues = Readonly<Record<string, never>>

/** What a structure metric measures: of the network as a whole, and of each matrix. */
export interface Measured<
  Whole extends StructureValues = StructureValues,
  Part extends StructureValues = StructureValues,
> {
  readonly network: Whole
  /** One entry per matrix, the first one first. */
  readonly matrices: readonly Part[]
}

/** Numbers that describe the masks of a network. */
export interface StructureMetric<Value extends Measured = Measured> {
  /** Short and stable: the key in documents and tables. */
  readonly name: string
  /** For tables and figures. */
  readonly label: string
  /** One line: formula and range. */
  readonly description: string
  readonly measure: (chain: MaskChain) => Value
  /** Why {@link measure} gives nulls, in words, and of which matrix; undefined when it gives none. */
  readonly reason: (chain: MaskChain) => string | undefined
}

/** The reasons of matrices that have some, each with its place; undefined when none has. */
export function reasonsOf(chain: MaskChain, reason: (index: number) => string | undefined): string | undefined {
  const found = chain.masks.flatMap(({ rows, cols }, l) => {
    const why = reason(l)
    return why === undefined ? [] : [`layers.${l} (${rows} × ${cols}): ${why}`]
  })
  return found.length > 0 ? found.join('; ') : undefined
}

/** What keeps a value from being a {@link StructureMetric}; undefined for one. */
export const structureMetricProblem = (value: unknown): string | undefined =>
  entryProblem(value, 'a structure metric', {
    name: 'string',
    label: 'string',
    description: 'string',
    measure: 'function',
    reason: 'function',
  })
