import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer'
import type { ResultRow } from './job.js'
import type { Column } from './jobs/record.js'

const parquetTypes = { string: 'STRING', double: 'DOUBLE', int: 'INT32', boolean: 'BOOLEAN' } as const

/**
 * Rows as one Parquet file with every column, null where a row does not fill it; readable by DuckDB, pandas and polars.
 *
 * @param metadata texts for the file's own key-value metadata
 */
export function encodeRows(
  rows: readonly ResultRow[],
  columns: readonly Column[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const columnData = columns.map(({ name, kind }): ColumnSource => ({
    name,
    type: parquetTypes[kind],
    nullable: true,
    data: rows.map((row) => row[name] ?? null),
  }))
  const kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }))
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata }))
}

/** Reads {@link encodeRows} back; nulls are left out. */
export async function decodeRows(bytes: Uint8Array): Promise<ResultRow[]> {
  const file = new Uint8Array(bytes).buffer
  const objects = (await parquetReadObjects({ file })) as ResultRow[]
  return objects.map((object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)))
}
