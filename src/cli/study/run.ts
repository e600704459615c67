import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { Option, type Command } from 'commander'
import { classesWarning } from '../../data/classes-present.js'
import { standardStream } from '../../node/files/standard-streams.js'
import {
  chooseWorkers,
  executeStudyIn,
  prepareStudy,
  studyResults,
  type FoundInFolder,
} from '../../node/studies/study.js'
import { exitCodes, UsageError } from '../fail.js'
import { parseCount, parsePath, shared } from '../options.js'
import { print, printJson, say } from '../output.js'
import { startProgress } from '../progress.js'
import { queueOption } from '../queue-option.js'
import { storeOption } from '../store-option.js'
import type { BucketAddress } from '../../node/studies/bucket/address.js'
import { connectQueue } from '../../node/queue/connection.js'
import { startQueueRunner } from '../../node/queue/runner.js'
import { interruptible } from './interruptible.js'

/** Workers beyond this bring more memory than speed unless asked for. */
export const mostWorkers = 8

interface RunFlags {
  readonly queue?: URL
  readonly store?: BucketAddress
  readonly out?: string
  readonly workers?: number
  readonly onError: 'stop' | 'continue'
  readonly retry?: 'failed'
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

async function run(
  file: string,
  { out, workers: asked, queue, store: bucket, onError, retry, json }: RunFlags,
): Promise<void> {
  if (file === standardStream && out === undefined) {
    throw new UsageError('study run: expected --out for a study from standard input, whose file would name the folder')
  }
  const directory = out ?? join('out', basename(file, extname(file)))
  const plan = await prepareStudy(file, { directory, bucket })
  const workers = chooseWorkers(plan, asked, Math.min(availableParallelism(), mostWorkers))
  const { data, classes, classesPresent: present } = plan.provenance
  const warning = classesWarning(present, classes)
  if (warning !== undefined) say(`warning: ${data}: ${warning}`)
  const begin = performance.now()
  if (queue && asked !== undefined) {
    throw new UsageError('study run: --workers says how many threads compute here, and with --queue none does')
  }
  const connection = queue && (await connectQueue(queue, say))
  const progress = startProgress('study')
  const total = plan.jobs.length
  let found = 0
  let anew = 0
  const ended = await interruptible((signal) =>
    executeStudyIn(directory, plan, {
      workers,
      bucket,
      ...(connection && { runner: (jobs, store) => startQueueRunner(connection, jobs, store) }),
      signal,
      onError,
      ...(retry && { retry }),
      onFailed(failed) {
        for (const { error } of failed) say(`study: ${error.message}`)
      },
      onFound(before) {
        found = before.whole
        anew = before.damaged.length
        sayFound(directory, before, total)
      },
      onProgress: ({ done, share, latest }) =>
        progress.update(share, `${done}/${total} ${latest?.id.replace(/-[0-9a-f]{12}$/, '') ?? ''}`),
    }),
  ).finally(() => progress.stop())
  if ('interrupted' in ended) {
    const { length: finished } = (await studyResults(directory, plan)).whole
    say(`study: interrupted with ${finished} of ${total} results in ${directory}; the same command goes on from there`)
    process.exitCode = exitCodes.interrupted
    return
  }
  const report = ended.result
  const seconds = (performance.now() - begin) / 1000
  if (json) printJson({ directory, report, jobs: total, found, damaged: anew, seconds })
  else {
    const ofThem = anew > 0 ? ` (${anew} of them in place of damaged ones)` : ''
    say(`study: ${total - found} results computed${ofThem}, ${found} found, in ${Math.round(seconds)} s`)
    print(report)
  }
}

export function addStudyRun(study: Command): void {
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
    .addOption(
      new Option(
        '--on-error <what>',
        'a job that cannot be computed ends the study, or those that do not need it go on',
      )
        .choices(['stop', 'continue'])
        .default('stop'),
    )
    .addOption(
      new Option(
        '--retry <which>',
        'compute anew the jobs whose numbers could not be had (failed); what is missing is computed anyway',
      ).choices(['failed']),
    )
    .addOption(queueOption())
    .addOption(storeOption())
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study run examples/quickstart.yaml --out out/quickstart')
    .action(run)
}
