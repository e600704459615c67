import type { Job } from '../job.js'
import { identityRow, jobRecord } from './finished.js'
import type { JobKind, JobKinds } from './kind.js'
import { columnsOf, type Column, type RecordType } from './record.js'

/** The kind of a job. @throws RangeError when the table has none of that name */
export function kindOf(kinds: JobKinds, { kind, id }: Pick<Job, 'kind' | 'id'>): JobKind {
  if (Object.hasOwn(kinds, kind)) return kinds[kind]
  throw new RangeError(`${id}: expected a kind of job out of ${Object.keys(kinds).join(', ')}, got ${kind}`)
}

/** A job of a plan. @throws RangeError when the plan has none of that id */
export function jobOf(jobs: ReadonlyMap<string, Job>, id: string): Job {
  const job = jobs.get(id)
  if (!job) throw new RangeError(`study: expected the id of a job of the plan, got ${id}`)
  return job
}

/** One record of a table of kinds. */
export interface TableRecord {
  readonly name: string
  readonly per: string
  /** The kinds of jobs that store it. */
  readonly kinds: readonly string[]
  readonly columns: readonly Column[]
}

/** The columns that every row has beside `record`. */
export const identityColumns = (): Column[] => columnsOf(identityRow)

/**
 * Every record that the kinds of a table store, the one of every result first.
 *
 * @throws RangeError when two kinds have different records of one name
 */
export function recordsOfTable(kinds: JobKinds): TableRecord[] {
  const found = new Map<string, { readonly type: RecordType; readonly kinds: string[] }>()
  found.set('job', { type: jobRecord, kinds: Object.keys(kinds) })
  for (const [kind, { records }] of Object.entries(kinds)) {
    for (const [name, type] of Object.entries(records as Readonly<Record<string, RecordType>>)) {
      const known = found.get(name)
      if (known && known.type !== type) throw new RangeError(`${kind}: record ${name} is another kind's already`)
      if (known) known.kinds.push(kind)
      else found.set(name, { type, kinds: [kind] })
    }
  }
  return [...found].map(([name, { type, kinds: own }]) => ({
    name,
    per: type.per,
    kinds: own,
    columns: columnsOf(type),
  }))
}

/**
 * Every column of a study's files: those of every row, then those of each record.
 *
 * @throws RangeError when two records have columns of one name and different types
 */
export function columnsOfTable(kinds: JobKinds): Column[] {
  const record: Column = { name: 'record', kind: 'string', isNullable: false, about: 'what the row is' }
  const all = [...identityColumns(), record, ...recordsOfTable(kinds).flatMap(({ columns }) => columns)]
  const found = new Map<string, Column>()
  for (const column of all) {
    const known = found.get(column.name)
    if (known && known.kind !== column.kind) {
      throw new RangeError(`column ${column.name}: expected ${known.kind} as elsewhere, got ${column.kind}`)
    }
    if (!known) found.set(column.name, column)
  }
  return [...found.values()]
}
