import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { writeAtomic } from '../node/files.js'
import { executeStudy, finishedJobs, finishedRows, prepareStudy, readPlan, writeReport } from '../node/study.js'
import { exportTables } from '../study/export.js'
import { exitCodes } from './fail.js'
import { parseCount, parsePath, shared } from './options.js'
import { print, printJson, say } from './output.js'
import { startProgress } from './progress.js'

/** Workers beyond this bring more memory than speed unless asked for. */
const mostWorkers = 8

interface RunFlags {
  readonly out?: string
  readonly workers?: number
  readonly json?: boolean
}

async function run(
  file: string,
  { out, workers = Math.min(availableParallelism(), mostWorkers), json }: RunFlags,
): Promise<void> {
  const plan = prepareStudy(file)
  const directory = out ?? join('out', basename(file, extname(file)))
  const begin = performance.now()
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort(new Error('interrupted'))
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const progress = startProgress('study')
  let found = 0
  try {
    const report = await executeStudy(directory, plan, {
      workers,
      signal: interrupt.signal,
      onProgress: ({ done, total, share, latest, found: before }) => {
        found = before
        progress.update(share, `${done}/${total} ${latest?.id.replace(/-[0-9a-f]{12}$/, '') ?? ''}`)
      },
    })
    progress.stop()
    const seconds = (performance.now() - begin) / 1000
    if (json) printJson({ directory, report, jobs: plan.jobs.length, found, seconds })
    else {
      say(`study: ${plan.jobs.length - found} results computed, ${found} found, in ${Math.round(seconds)} s`)
      print(report)
    }
  } catch (error) {
    progress.stop()
    if (!interrupt.signal.aborted) throw error
    const finished = finishedJobs(directory, plan).length
    say(
      `study: interrupted with ${finished} of ${plan.jobs.length} results in ${directory}; the same command goes on from there`,
    )
    process.exitCode = exitCodes.interrupted
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

function status(directory: string, { json }: { json?: boolean }): void {
  const plan = readPlan(directory)
  const finished = new Set(finishedJobs(directory, plan).map(({ id }) => id))
  const kinds = [...new Set(plan.jobs.map(({ kind }) => kind))]
  const table = kinds.map((kind) => {
    const jobs = plan.jobs.filter((job) => job.kind === kind)
    return { kind, total: jobs.length, done: jobs.filter(({ id }) => finished.has(id)).length }
  })
  const next = plan.jobs.find(({ id }) => !finished.has(id))?.id ?? null
  if (json) printJson({ title: plan.config.title, total: plan.jobs.length, done: finished.size, kinds: table, next })
  else {
    print(`${plan.config.title}: ${finished.size} of ${plan.jobs.length} results`)
    for (const { kind, total, done } of table) print(`  ${kind.padEnd(12)} ${done} of ${total}`)
    if (next !== null) print(`  next         ${next}`)
  }
}

async function report(directory: string, { json }: { json?: boolean }): Promise<void> {
  const path = await writeReport(directory, readPlan(directory))
  if (json) printJson({ report: path })
  else print(path)
}

async function exportStudy(directory: string, { out, json }: { out?: string; json?: boolean }): Promise<void> {
  const plan = readPlan(directory)
  const folder = out ?? join(directory, 'export')
  const tables = exportTables(await finishedRows(directory, plan))
  const files = tables.map(({ record, csv, rows }) => ({ path: join(folder, `${record}.csv`), csv, rows }))
  for (const { path, csv } of files) writeAtomic(path, csv)
  if (json) printJson({ files: files.map(({ path, rows }) => ({ path, rows })) })
  else for (const { path, rows } of files) print(`${path}  ${rows} rows`)
}

export function addStudy(program: Command): void {
  const study = program
    .command('study')
    .summary('run a whole study and read its report')
    .description('Declarative studies: prune, estimate, predict, train, report.')
  study
    .command('run')
    .summary('run a study file, or go on where it stopped')
    .description(
      'Run every job of a study file that has no result yet, then write report.html. Interrupting loses nothing that is finished.',
    )
    .argument('<study>', 'study file (.yaml)')
    .addOption(
      new Option('--out <dir>', 'folder of results; default: out/<name of the study file>').argParser(parsePath),
    )
    .addOption(new Option('--workers <n>', 'worker threads; default: one per core').argParser(parseCount))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study run examples/quickstart.yaml --out out/quickstart')
    .action(run)
  study
    .command('status')
    .summary('what is done and what is missing')
    .description('How many results of a study are there.')
    .argument('<dir>', 'folder of a study')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study status out/quickstart')
    .action(status)
  study
    .command('report')
    .summary('write the report anew')
    .description('Write report.html from the results in a folder.')
    .argument('<dir>', 'folder of a finished study')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study report out/quickstart')
    .action(report)
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
