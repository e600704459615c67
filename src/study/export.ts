import { columns, identityColumns, recordColumns, type ResultRow } from './rows.js'

/** One table of a study: all rows of one kind. */
export interface ExportedTable {
  /** What `record` says in these rows. */
  readonly record: string
  /** With a line of column names: all that this kind of row may fill, the same in every study. */
  readonly csv: string
  readonly rows: number
}

/** RFC 4180: quoted where the text holds a comma, a quote or a line break. */
function field(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Columns of one table in the order of {@link columns}; nothing that a row holds is left out. */
function columnsOf(record: string, rows: readonly ResultRow[]): (keyof ResultRow)[] {
  const own = new Set<string>(identityColumns)
  const table: Readonly<Record<string, readonly string[]>> = recordColumns
  if (Object.hasOwn(table, record)) for (const name of table[record]) own.add(name)
  for (const row of rows)
    for (const [name, value] of Object.entries<unknown>(row)) if (value !== null && value !== undefined) own.add(name)
  return (Object.keys(columns) as (keyof ResultRow)[]).filter((name) => name !== 'record' && own.has(name))
}

/**
 * The rows of a study as CSV tables, one for each value of `record`, in the order of the rows. Numbers are written so that
 * they read back exactly; an absent value is an empty field.
 */
export function exportTables(rows: readonly ResultRow[]): ExportedTable[] {
  const byRecord = new Map<string, ResultRow[]>()
  for (const row of rows) {
    const record = row.record ?? ''
    const own = byRecord.get(record)
    if (own) own.push(row)
    else byRecord.set(record, [row])
  }
  return [...byRecord].map(([record, own]) => {
    const names = columnsOf(record, own)
    const lines = own.map((row) => names.map((name) => field(row[name])).join(','))
    return { record, csv: `${[names.join(','), ...lines].join('\n')}\n`, rows: own.length }
  })
}
