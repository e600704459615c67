import type { ResultRow } from './job.js'
import { jobKinds } from './jobs.js'
import type { JobKinds } from './jobs/kind.js'
import { columnsOfTable, identityColumns, recordsOfTable } from './jobs/table.js'

/** One table of a study: all rows of one record. */
export interface ExportedTable {
  /** What `record` says in these rows. */
  readonly record: string
  /** With a line of column names: all that this record has, the same in every study. */
  readonly csv: string
  readonly rows: number
}

/** RFC 4180: quoted where the text holds a comma, a quote or a line break. */
function field(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * The rows of a study as CSV tables, one for each record, in the order of the rows. Numbers are written so that they read
 * back exactly; an absent value is an empty field.
 *
 * @throws RangeError for rows of a record that no kind of the table stores
 */
export function exportTables(rows: readonly ResultRow[], kinds: JobKinds = jobKinds): ExportedTable[] {
  const records = new Map(recordsOfTable(kinds).map((record) => [record.name, record]))
  const order = columnsOfTable(kinds).map(({ name }) => name)
  const byRecord = new Map<string, ResultRow[]>()
  for (const row of rows) {
    const record = String(row.record)
    const own = byRecord.get(record)
    if (own) own.push(row)
    else byRecord.set(record, [row])
  }
  return [...byRecord].map(([record, own]) => {
    const known = records.get(record)
    if (!known) throw new RangeError(`exportTables: expected records ${[...records.keys()].join(', ')}, got ${record}`)
    const all = new Set([...identityColumns(), ...known.columns].map(({ name }) => name))
    const names = order.filter((name) => all.has(name))
    const lines = own.map((row) => names.map((name) => field(row[name])).join(','))
    return { record, csv: `${[names.join(','), ...lines].join('\n')}\n`, rows: own.length }
  })
}
