import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { writeAtomic } from '../../node/files/files.js'
import { finishedRows, readPlan } from '../../node/studies/study.js'
import { exportTables } from '../../study/export.js'
import { parsePath, shared } from '../options.js'
import { print, printJson } from '../output.js'

async function exportStudy(directory: string, { out, json }: { out?: string; json?: boolean }): Promise<void> {
  const plan = readPlan(directory)
  const folder = out ?? join(directory, 'export')
  const tables = exportTables(await finishedRows(directory, plan))
  const files = tables.map(({ record, csv, rows }) => ({ path: join(folder, `${record}.csv`), csv, rows }))
  for (const { path, csv } of files) writeAtomic(path, csv)
  if (json) printJson({ files: files.map(({ path, rows }) => ({ path, rows })) })
  else for (const { path, rows } of files) print(`${path}  ${rows} rows`)
}

export function addStudyExport(study: Command): void {
  study
    .command('export')
    .summary('write the results as CSV tables')
    .description(
      'Write one CSV file for each kind of row: runs, layers, distances, verdicts, … from the results that are there.',
    )
    .argument('<dir>', 'folder of a study')
    .addOption(new Option('--out <dir>', 'folder of the tables; default: <dir>/export').argParser(parsePath))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study export out/quickstart --out tables')
    .action(exportStudy)
}
