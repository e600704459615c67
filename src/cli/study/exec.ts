import { Option, type Command } from 'commander'
import { executeShareIn, readPlan } from '../../node/studies/study.js'
import type { BucketAddress } from '../../node/studies/bucket/address.js'
import { planFromBucket } from '../../node/studies/bucket/planned.js'
import { exitCodes } from '../fail.js'
import { parseCount, parseWhole, shared } from '../options.js'
import { print, printJson, say } from '../output.js'
import { startProgress } from '../progress.js'
import { storeOption } from '../store-option.js'
import { interruptible } from './interruptible.js'

interface ExecFlags {
  readonly index: number
  readonly of: number
  readonly workers: number
  readonly store?: BucketAddress
  readonly json?: boolean
}

async function exec(directory: string, { index, of, workers, store: bucket, json }: ExecFlags): Promise<void> {
  const plan = bucket ? await planFromBucket(directory, bucket) : readPlan(directory)
  const progress = startProgress('study')
  const ended = await interruptible((signal) =>
    executeShareIn(directory, plan, {
      index,
      of,
      workers,
      bucket,
      signal,
      onProgress: ({ done, total, share }) => progress.update(share, `${done}/${total}`),
    }),
  )
  progress.stop()
  if ('interrupted' in ended) {
    say(`study: share ${index} of ${of} was interrupted; the same command goes on from there`)
    process.exitCode = exitCodes.interrupted
    return
  }
  const { jobs, computed, found, waiting } = ended.result
  if (json) printJson({ directory, index, of, jobs, computed, found, waiting })
  else print(`share ${index} of ${of}: ${computed} results computed, ${found} found, ${waiting} wait for other shares`)
  if (waiting > 0) {
    say('study: run the same command again when the other shares are done')
    process.exitCode = exitCodes.waiting
  }
}

export function addStudyExec(study: Command): void {
  study
    .command('exec')
    .summary('compute one share of a planned study')
    .description(
      'Compute one of several equal shares of a study that `study plan` has planned: for arrays of Slurm, indexed jobs of ' +
        'Kubernetes, GNU parallel, or a loop of a shell, on any machines that see the folder. A job runs once the results it ' +
        'needs are there; while some are not, the command ends with exit code 3 and is to be run again.',
    )
    .argument('<dir>', 'folder of a planned study')
    .addOption(new Option('--index <i>', 'number of the share, from 0').argParser(parseWhole).makeOptionMandatory())
    .addOption(new Option('--of <n>', 'number of shares').argParser(parseCount).makeOptionMandatory())
    .addOption(new Option('--workers <n>', 'worker threads of this process').argParser(parseCount).default(1))
    .addOption(storeOption())
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study exec out/quickstart --index 0 --of 40')
    .action(exec)
}
