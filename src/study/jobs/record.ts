import { z } from 'zod'

/** A kind of row that a job stores. Its schema is all there is: columns, their documentation and the reader follow from it. */
export interface RecordType<Row extends z.ZodObject = z.ZodObject> {
  /** What there is one row of: `matrix of a network`. */
  readonly per: string
  /** One key per column, in snake_case; `z.int()`, `z.number()`, `z.string()`, `z.enum()` or `z.boolean()`, perhaps nullable. */
  readonly row: Row
}

/** The kinds of rows of a job, by the name that their `record` column has. */
export type RecordTypes = Readonly<Record<string, RecordType>>

/** The rows of a job, each kind under its name. */
export type RecordsOf<Types extends RecordTypes> = {
  readonly [Name in keyof Types]: readonly z.infer<Types[Name]['row']>[]
}

/**
 * A kind of row, with the type of its columns.
 *
 * @example
 * import { record } from 'limn/study'
 * import { z } from 'zod'
 *
 * const loss = record('step of a run', z.strictObject({ step: z.int(), loss: z.number().describe('mean over samples') }))
 * console.log(loss.per, Object.keys(loss.row.shape)) // step of a run [ 'step', 'loss' ]
 */
export const record = <Row extends z.ZodObject>(per: string, row: Row): RecordType<Row> => ({ per, row })

export const columnKinds = ['string', 'int', 'double', 'boolean'] as const

/** One column of a record, as tables have it. */
export interface Column {
  readonly name: string
  readonly kind: (typeof columnKinds)[number]
  readonly isNullable: boolean
  readonly about: string
}

interface ColumnSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly anyOf?: readonly ColumnSchema[]
}

const kindsByType: Readonly<Record<string, Column['kind']>> = {
  string: 'string',
  integer: 'int',
  number: 'double',
  boolean: 'boolean',
}

/**
 * The columns of a record, in the order of its schema.
 *
 * @throws RangeError for a column whose type no table has
 */
export function columnsOf({ row }: RecordType): Column[] {
  const { properties = {} } = z.toJSONSchema(row, { unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, ColumnSchema>>
  }
  return Object.entries(properties).map(([name, schema]) => {
    const types = (schema.anyOf ?? [schema]).flatMap(({ type }) => type ?? 'any')
    const held = types.filter((type) => type !== 'null')
    const kind = held.length === 1 ? kindsByType[held[0]] : undefined
    if (kind === undefined) {
      throw new RangeError(`record: column ${name}: expected one of ${columnKinds.join(', ')}, perhaps nullable`)
    }
    return { name, kind, isNullable: types.length > held.length, about: schema.description ?? '' }
  })
}

/** Common columns: densities, counts and names that several kinds of rows have. */
export const matrixColumn = z.int().positive().describe('weight matrix l = 1 … L + 1')
