import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement, Json } from '@duckdb/node-api'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { StudyPlan } from '../../study/plan.js'
import { resultViews, viewAliases } from '../../study/views.js'
import { onDisk } from '../files/on-disk.js'
import { temporaryName } from '../files/temporary-name.js'
import { UsageError } from '../files/usage-error.js'
import { requireWhole } from './report.js'

/** A study's results in DuckDB. */
export interface StudyDatabase {
  readonly connection: DuckDBConnection
  readonly close: () => void
}

/** A file of exported results; of a database the rows of `job`. */
export interface ExportedFile {
  readonly path: string
  readonly rows: number
}

/** What a query has found; columns of one name are told apart by a number behind it, `a`, `a:1`. */
export interface Queried {
  readonly columns: readonly string[]
  /** By the names of the columns. Whole numbers beyond 2^53 are texts; lists and structs of DuckDB are arrays and objects. */
  readonly rows: readonly Readonly<Record<string, Json>>[]
}

async function load(): Promise<{ readonly DuckDBInstance: typeof DuckDBInstance }> {
  try {
    return await import('@duckdb/node-api')
  } catch {
    throw new UsageError('study query needs one more package; run: npm install @duckdb/node-api')
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A path for `read_parquet`, which reads patterns, and `~` as a home: this file and no other. */
const literalPath = (path: string): string => quoted(resolve(path).replace(/[*?[]/g, '[$&]'))

/**
 * Opens the results of a study that are in its folder, whole and checked, as tables of a database in memory: one for each
 * record, and `jobs`, `runs`, `layers`, `steps`, `spectra`, `verdicts` as further names.
 *
 * @throws FileError when there are none, or one is damaged
 * @throws UsageError when DuckDB is not installed
 */
export async function openStudyDatabase(directory: string, plan: StudyPlan): Promise<StudyDatabase> {
  const whole = await requireWhole(directory, plan)
  const { DuckDBInstance } = await load()
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const files = whole.map(({ id }) => literalPath(join(directory, 'runs', `${id}.parquet`)))
  // A folder `width=3` is a folder here, not a column.
  const source = `read_parquet([${files.join(', ')}], hive_partitioning = false)`
  await connection.run(`create table results as select * from ${source}`)
  for (const { name, record, columns } of resultViews()) {
    const own = columns.map((column) => `"${column}"`).join(', ')
    await connection.run(`create table "${name}" as select ${own} from results where record = ${quoted(record)}`)
  }
  await connection.run('drop table results')
  for (const [alias, name] of Object.entries(viewAliases)) {
    await connection.run(`create view "${alias}" as select * from "${name}"`)
  }
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** DuckDB's numbers of the statements that only read: `select` and its like, `explain`. */
const readingStatements: ReadonlySet<number> = new Set([1, 4])

/** Prepares the one query that a text holds. @throws UsageError for anything else */
async function oneQuery(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.replace(/--.*$|;/gm, '').trim() === '')
    throw new UsageError('study query: expected a query, got an empty text')
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) {
    throw new UsageError(
      `study query: expected one statement, got ${statements.count}; ask one after the other, or export the study as a database`,
    )
  }
  const statement = await statements.prepare(0)
  if (readingStatements.has(statement.statementType)) return statement
  throw new UsageError(
    'study query: expected a query (select, from, with, describe, explain), got a statement that changes something; study export --format duckdb gives a database of your own',
  )
}

/** Whole numbers that f64 holds as numbers. */
const plainNumber = (value: Json): Json =>
  typeof value === 'string' && Number.isSafeInteger(Number(value)) ? Number(value) : value

/**
 * Asks the results of a study that are in its folder. The query reaches no file and nothing but them.
 *
 * @param sql one query in DuckDB's dialect
 * @throws FileError when there are no results, or one is damaged
 * @throws UsageError for what DuckDB does not understand, for more than one statement, and for one that does not only read
 */
export async function queryStudy(directory: string, plan: StudyPlan, sql: string): Promise<Queried> {
  const { connection, close } = await openStudyDatabase(directory, plan)
  try {
    await connection.run('set enable_external_access = false')
    await connection.run('set lock_configuration = true')
    const query = await oneQuery(connection, sql)
    const reader = await query.runAndReadAll()
    const columns = reader.deduplicatedColumnNames()
    const whole = columns.map((_, i) => ['BIGINT', 'HUGEINT', 'UBIGINT'].includes(String(reader.columnType(i))))
    return {
      columns,
      rows: reader
        .getRowsJson()
        .map((row) => Object.fromEntries(row.map((value, i) => [columns[i], whole[i] ? plainNumber(value) : value]))),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`study query: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    close()
  }
}

/** Makes a file under a temporary name, and puts it in its place once it is whole. */
async function replacing(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path)
  onDisk(folder, () => mkdirSync(folder, { recursive: true }))
  const temporary = join(folder, temporaryName())
  try {
    await make(temporary)
    onDisk(path, () => renameSync(temporary, path))
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Writes every record of a study as a Parquet file, `<record>.parquet`.
 *
 * @returns the files, with their numbers of rows
 */
export async function exportParquet(directory: string, plan: StudyPlan, folder: string): Promise<ExportedFile[]> {
  const { connection, close } = await openStudyDatabase(directory, plan)
  const files: ExportedFile[] = []
  try {
    for (const { name, record } of resultViews()) {
      const [{ count }] = (
        await connection.runAndReadAll(`select count(*) as count from "${name}"`)
      ).getRowObjectsJson()
      if (Number(count) === 0) continue
      const path = join(folder, `${record}.parquet`)
      await replacing(path, async (target) => {
        await connection.run(`copy (select * from "${name}") to ${quoted(resolve(target))} (format parquet)`)
      })
      files.push({ path, rows: Number(count) })
    }
    return files
  } finally {
    close()
  }
}

/** Writes all tables of a study into one database of DuckDB, with the further names as views. */
export async function exportDatabase(directory: string, plan: StudyPlan, path: string): Promise<ExportedFile[]> {
  const { connection, close } = await openStudyDatabase(directory, plan)
  try {
    await replacing(path, async (target) => {
      await connection.run(`attach ${quoted(resolve(target))} as target`)
      for (const { name } of resultViews())
        await connection.run(`create table target."${name}" as select * from "${name}"`)
      for (const [alias, name] of Object.entries(viewAliases)) {
        await connection.run(`create view target."${alias}" as select * from "${name}"`)
      }
      await connection.run('detach target')
    })
    const [{ count }] = (await connection.runAndReadAll('select count(*) as count from job')).getRowObjectsJson()
    return [{ path, rows: Number(count) }]
  } finally {
    close()
  }
}
