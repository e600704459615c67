import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { writeAtomic } from '../../node/files/files.js'
import { finishedRows, readPlan } from '../../node/studies/study.js'
import { exportDatabase, exportParquet, type ExportedFile } from '../../node/studies/database.js'
import { exportKernels } from '../../node/studies/export-kernels.js'
import type { StudyPlan } from '../../study/plan.js'
import { exportTables } from '../../study/export.js'
import { parsePath, shared } from '../options.js'
import { print, printJson } from '../output.js'

/** Forms that results are written in. */
const formats = {
  csv: async (directory: string, plan: StudyPlan, folder: string) => {
    const tables = exportTables(await finishedRows(directory, plan))
    for (const { record, csv } of tables) writeAtomic(join(folder, `${record}.csv`), csv)
    return tables.map(({ record, rows }) => ({ path: join(folder, `${record}.csv`), rows }))
  },
  parquet: exportParquet,
  duckdb: (directory: string, plan: StudyPlan, folder: string) =>
    exportDatabase(directory, plan, join(folder, 'study.duckdb')),
  kernels: exportKernels,
} as const satisfies Record<string, (directory: string, plan: StudyPlan, folder: string) => Promise<ExportedFile[]>>

interface ExportFlags {
  readonly out?: string
  readonly format: keyof typeof formats
  readonly json?: boolean
}

async function exportStudy(directory: string, { out, format, json }: ExportFlags): Promise<void> {
  const files = await formats[format](directory, readPlan(directory), out ?? join(directory, 'export'))
  if (json) printJson({ files })
  else for (const { path, rows } of files) print(`${path}  ${rows} rows`)
}

export function addStudyExport(study: Command): void {
  study
    .command('export')
    .summary('write the results as tables')
    .description(
      'Write one table for each kind of row: runs, layers, distances, verdicts, … from the results that are there: CSV or Parquet files, or one database of DuckDB; or the kernels of `spectrum.samples` samples, put together from their panels.',
    )
    .argument('<dir>', 'folder of a study')
    .addOption(new Option('--out <dir>', 'folder of the tables; default: <dir>/export').argParser(parsePath))
    .addOption(new Option('--format <form>', 'form of the tables').choices(Object.keys(formats)).default('csv'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study export out/quickstart --out tables')
    .action(exportStudy)
}
