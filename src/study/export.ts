import { columns, type ResultRow } from './rows.js'

/** One table of a study: all rows of one kind. */
export interface ExportedTable {
  /** What `record` says in these rows. */
  readonly record: string
  /** With a line of column names; columns that no row fills are left out. */
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
  const names = Object.keys(columns).filter((name) => name !== 'record') as (keyof ResultRow)[]
  return [...byRecord].map(([record, own]) => {
    const filled = names.filter((name) => own.some((row) => row[name] !== null && row[name] !== undefined))
    const lines = own.map((row) => filled.map((name) => field(row[name])).join(','))
    return { record, csv: `${[filled.join(','), ...lines].join('\n')}\n`, rows: own.length }
  })
}
