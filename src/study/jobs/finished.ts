import type { Tensor, TensorMap } from '../../data/tensor.js'
import type { Job, JobResult, ResultRow } from '../job.js'
import { record, type RecordsOf, type RecordTypes } from './record.js'
import { z } from 'zod'
import { NumbersError } from '../../numbers-error.js'

/** The record that every result has, once. */
export const jobRecord = record(
  'job',
  z.strictObject({
    seconds: z.number().nonnegative().describe('time of the job'),
    limn: z.string().describe('version that computed it'),
    kernels: z.string().describe('how its kernels round'),
    peak_memory: z
      .number()
      .nullable()
      .describe('bytes that its process has had at most when the job ended; none in a page, and in results of before'),
    machine: z.string().describe('name of the machine; `unnamed` in a page'),
    failed: z.string().nullable().describe('why the job has no numbers, or not all of them'),
  }),
)

/** The columns that every row has: what the job is of, unless the row's record has a column of that name itself. */
export const identityRow = record(
  'row',
  z.strictObject({
    job: z.string().describe('id of the result'),
    kind: z.string().describe('kind of the job'),
    method: z.string().describe('pruning method; `dense`: none'),
    density: z.number().describe('kept fraction that was asked for'),
    scope: z.string().describe('`global`: one budget for all matrices; `layer`: one for each'),
    hidden_layers: z.int().describe('L'),
    width: z.int().describe('units of the first hidden layer'),
    trial: z.int().nullable().describe('which of the networks; none where a result is of all'),
  }),
)

/** By what a result was made, and in what time: the only columns in which two computations of a job differ. */
export type Making = Pick<z.infer<typeof jobRecord.row>, 'seconds' | 'limn' | 'kernels' | 'peak_memory' | 'machine'>

/** What a job gives: the rows of each of its records, and arrays for later jobs. */
export interface Outcome<Types extends RecordTypes> {
  readonly records: RecordsOf<Types>
  readonly arrays: TensorMap
  /** Why some of the numbers are missing. */
  readonly failed?: string
}

/** A stored result, checked and typed. */
export interface Finished<Types extends RecordTypes = RecordTypes> {
  readonly job: Job
  readonly records: RecordsOf<Types>
  readonly arrays: TensorMap
  /** Why numbers are missing; undefined where none is. */
  readonly failed: string | undefined
}

/** An outcome without numbers: what was to be computed does not exist, for this reason. */
export const failedOutcome = <Types extends RecordTypes>(types: Types, reason: string): Outcome<Types> => ({
  records: Object.fromEntries(Object.keys(types).map((name) => [name, []])) as unknown as RecordsOf<Types>,
  arrays: new Map(),
  failed: reason,
})

const identityOf = (job: Job): ResultRow => ({
  job: job.id,
  kind: job.kind,
  method: job.method,
  density: job.density,
  scope: job.scope,
  hidden_layers: job.sizes.length - 2,
  width: job.width,
  trial: job.trial,
})

/** Checks one row. @throws RangeError naming job, record and column */
function checked<Row extends z.ZodObject>(row: Row, values: unknown, name: string, { id }: Job): z.infer<Row> {
  const parsed = row.safeParse(values)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  const problem = message.replace(/^Invalid input: /, '')
  throw new RangeError(`${id}: a row of record ${name}, column ${path.join('.') || 'any'}: ${problem}`)
}

/**
 * An outcome as it is stored: one table of rows, each with its job's identity.
 *
 * @throws RangeError for a row that is not of its record: a number that is NaN or infinite, a column that is missing
 */
export function toResult<Types extends RecordTypes>(
  types: Types,
  job: Job,
  { records, arrays, failed }: Outcome<Types>,
  made: Making,
): JobResult {
  const identity = identityOf(job)
  const rows: ResultRow[] = [{ ...identity, record: 'job', ...made, failed: failed ?? null }]
  for (const [name, { row }] of Object.entries(types)) {
    for (const values of records[name])
      rows.push({ ...identity, record: name, ...(checked(row, values, name, job) as ResultRow) })
  }
  return { rows, arrays }
}

/**
 * A stored result as its kind's records.
 *
 * @throws RangeError naming job, record and column, when a row is not what the kind stores
 */
export function fromResult<Types extends RecordTypes>(types: Types, job: Job, result: JobResult): Finished<Types> {
  const records: Record<string, unknown[]> = Object.fromEntries(Object.keys(types).map((name) => [name, []]))
  let summary: z.infer<typeof jobRecord.row> | undefined
  for (const row of result.rows) {
    const name = String(row.record)
    if (name === 'job') summary = checked(jobRecord.row, pick(jobRecord.row, row), name, job)
    else if (Object.hasOwn(types, name)) {
      const { row: schema } = types[name]
      records[name].push(checked(schema, pick(schema, row), name, job))
    } else throw new RangeError(`${job.id}: expected records ${Object.keys(types).join(', ')}, got ${name}`)
  }
  if (!summary) throw new RangeError(`${job.id}: expected a row of record job, got none`)
  return {
    job,
    records: records as unknown as RecordsOf<Types>,
    arrays: result.arrays,
    failed: summary.failed ?? undefined,
  }
}

/** The columns of a record out of a stored row, in which nulls may be left out. */
function pick({ shape }: z.ZodObject, row: ResultRow): ResultRow {
  return Object.fromEntries(Object.keys(shape).map((name) => [name, row[name] ?? null]))
}

/**
 * The one row of a record that has these values.
 *
 * @throws RangeError naming job, record and values, when there is none or more than one
 */
export function theRow<Types extends RecordTypes, Name extends keyof Types & string>(
  { job, records }: Finished<Types>,
  name: Name,
  values: Partial<RecordsOf<Types>[Name][number]> = {},
): RecordsOf<Types>[Name][number] {
  const wanted = Object.entries(values)
  const found = records[name].filter((row) =>
    wanted.every(([column, value]) => (row as Readonly<Record<string, unknown>>)[column] === value),
  )
  if (found.length === 1) return found[0]
  const what = wanted.map(([column, value]) => ` with ${column} ${String(value)}`).join('')
  throw new RangeError(`${job.id}: expected one row of record ${name}${what}, got ${found.length}`)
}

/** An array of a result. @throws RangeError naming job and array when it is missing */
export function theArray({ job, arrays }: Finished, name: string): Tensor {
  const found = arrays.get(name)
  if (!found)
    throw new RangeError(`${job.id}: expected an array ${name}, got ${[...arrays.keys()].join(', ') || 'none'}`)
  return found
}

/**
 * The results that have numbers.
 *
 * @throws RangeError when there are none, with the first one's reason
 */
export function usable<Types extends RecordTypes>(results: readonly Finished<Types>[]): Finished<Types>[] {
  const found = results.filter(({ failed }) => failed === undefined)
  if (found.length === 0) throw new NumbersError(`networks: none could be computed; ${results.at(0)?.failed ?? ''}`)
  return found
}
