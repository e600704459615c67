import type { Command } from 'commander'
import { visible } from '../../data/visible.js'
import { queryStudy } from '../../node/studies/database.js'
import { readPlan } from '../../node/studies/study.js'
import { shared } from '../options.js'
import { print, printJson } from '../output.js'

/** Columns of equal width, two blanks apart. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((name, i) => rows.reduce((width, row) => Math.max(width, row[i].length), name.length))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd()
  return [line(columns), ...rows.map(line)]
}

const cell = (value: unknown): string => {
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function query(directory: string, sql: string, { json }: { json?: boolean }): Promise<void> {
  const { columns, rows } = await queryStudy(directory, readPlan(directory), sql)
  if (json) printJson(rows)
  else {
    const cells = rows.map((row) => columns.map((name) => visible(cell(row[name]))))
    for (const line of table(
      columns.map((name) => visible(name)),
      cells,
    ))
      print(line)
  }
}

export function addStudyQuery(study: Command): void {
  study
    .command('query')
    .summary('ask the results in SQL')
    .description(
      'Ask the results in a folder in the SQL of DuckDB. Every record is a table (job, training, step, layer, spectrum, metric, ' +
        'verdict, …: docs/formats.md); jobs, runs, layers, steps, spectra and verdicts are further names. Nothing else can be read, and nothing written.',
    )
    .argument('<dir>', 'folder of a study')
    .argument('<sql>', 'a query')
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn study query out/quickstart "select method, width, avg(test_accuracy) from runs group by all order by all"',
    )
    .action(query)
}
