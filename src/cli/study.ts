import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { classesWarning } from '../data/classes-present.js'
import { writeAtomic } from '../node/files/files.js'
import { standardStream } from '../node/files/standard-streams.js'
import {
  chooseWorkers,
  executeStudyIn,
  finishedRows,
  prepareStudy,
  readPlan,
  studyResults,
  writeReport,
  type FoundInFolder,
} from '../node/studies/study.js'
import { visible } from '../data/visible.js'
import { exportTables } from '../study/export.js'
import { exitCodes, UsageError } from './fail.js'
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

/** Says what of the folder is used and what is not, where that is not what was left there. */
function sayFound(directory: string, { whole, damaged, changed, unused }: FoundInFolder, total: number): void {
  for (const { file, problem } of damaged) say(`study: ${file}: ${problem}; it is computed anew`)
  if (!changed) return
  const how = changed.length > 0 ? `another study (different: ${changed.join(', ')})` : 'a plan of another limn'
  const rest = unused > 0 ? `; ${unused} results of other studies stay and are not used` : ''
  say(
    `study: ${directory} holds ${how}; ${whole} of ${total} results are those of an earlier run, ${total - whole} are computed${rest}`,
  )
}

async function run(file: string, { out, workers: asked, json }: RunFlags): Promise<void> {
  if (file === standardStream && out === undefined) {
    throw new UsageError('study run: expected --out for a study from standard input, whose file would name the folder')
  }
  const directory = out ?? join('out', basename(file, extname(file)))
  const plan = await prepareStudy(file, { directory })
  const workers = chooseWorkers(plan, asked, Math.min(availableParallelism(), mostWorkers))
  const { data, classes, classesPresent: present } = plan.provenance
  const warning = classesWarning(present, classes)
  if (warning !== undefined) say(`warning: ${data}: ${warning}`)
  const begin = performance.now()
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort(new Error('interrupted'))
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const progress = startProgress('study')
  const total = plan.jobs.length
  let found = 0
  let anew = 0
  try {
    const report = await executeStudyIn(directory, plan, {
      workers,
      signal: interrupt.signal,
      onFound(before) {
        found = before.whole
        anew = before.damaged.length
        sayFound(directory, before, total)
      },
      onProgress: ({ done, share, latest }) =>
        progress.update(share, `${done}/${total} ${latest?.id.replace(/-[0-9a-f]{12}$/, '') ?? ''}`),
    })
    progress.stop()
    const seconds = (performance.now() - begin) / 1000
    if (json) printJson({ directory, report, jobs: total, found, damaged: anew, seconds })
    else {
      const ofThem = anew > 0 ? ` (${anew} of them in place of damaged ones)` : ''
      say(`study: ${total - found} results computed${ofThem}, ${found} found, in ${Math.round(seconds)} s`)
      print(report)
    }
  } catch (error) {
    progress.stop()
    if (!interrupt.signal.aborted) throw error
    const { length: finished } = (await studyResults(directory, plan)).whole
    say(`study: interrupted with ${finished} of ${total} results in ${directory}; the same command goes on from there`)
    process.exitCode = exitCodes.interrupted
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function status(directory: string, { json }: { json?: boolean }): Promise<void> {
  const plan = readPlan(directory)
  const { whole, damaged } = await studyResults(directory, plan)
  const finished = new Set(whole.map(({ id }) => id))
  const kinds = [...new Set(plan.jobs.map(({ kind }) => kind))]
  const table = kinds.map((kind) => {
    const jobs = plan.jobs.filter((job) => job.kind === kind)
    return { kind, total: jobs.length, done: jobs.filter(({ id }) => finished.has(id)).length }
  })
  const next = plan.jobs.find(({ id }) => !finished.has(id))?.id ?? null
  if (json) {
    const { length: total } = plan.jobs
    const files = damaged.map(({ file }) => file)
    printJson({ title: plan.config.title, total, done: finished.size, kinds: table, next, damaged: files })
  } else {
    print(`${visible(plan.config.title)}: ${finished.size} of ${plan.jobs.length} results`)
    for (const { kind, total, done } of table) print(`  ${kind.padEnd(12)} ${done} of ${total}`)
    if (next !== null) print(`  next         ${next}`)
    for (const { file, problem } of damaged) print(`  damaged      ${file}: ${problem}; study run computes it anew`)
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
    .addOption(
      new Option('--workers <n>', 'worker threads; default: one per core, as far as memory reaches').argParser(
        parseCount,
      ),
    )
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
