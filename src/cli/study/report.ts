import type { Command } from 'commander'
import { readPlan, writeReport } from '../../node/studies/study.js'
import { shared } from '../options.js'
import { print, printJson } from '../output.js'

async function report(directory: string, { json }: { json?: boolean }): Promise<void> {
  const path = await writeReport(directory, readPlan(directory))
  if (json) printJson({ report: path })
  else print(path)
}

export function addStudyReport(study: Command): void {
  study
    .command('report')
    .summary('write the report anew')
    .description('Write report.html from the results in a folder.')
    .argument('<dir>', 'folder of a finished study')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study report out/quickstart')
    .action(report)
}
