import { availableParallelism } from 'node:os'
import { Option, type Command } from 'commander'
import { connectQueue } from '../node/queue/connection.js'
import { runQueueWorker } from '../node/queue/worker.js'
import { chooseWorkers, readPlan } from '../node/studies/study.js'
import { exitCodes, UsageError } from './fail.js'
import { parseCount, shared } from './options.js'
import { print, printJson, say } from './output.js'
import { queueOption } from './queue-option.js'
import { storeOption } from './store-option.js'
import type { BucketAddress } from '../node/studies/bucket/address.js'
import { planFromBucket } from '../node/studies/bucket/planned.js'
import { mostWorkers } from './study/run.js'
import { interruptible } from './study/interruptible.js'

interface WorkerFlags {
  readonly queue?: URL
  readonly workers?: number
  readonly store?: BucketAddress
  readonly allowModules?: boolean
  readonly json?: boolean
}

async function worker(
  directory: string,
  { queue, workers: asked, store: bucket, allowModules, json }: WorkerFlags,
): Promise<void> {
  if (!queue) throw new UsageError('worker: expected --queue, or the address in LIMN_QUEUE')
  const plan = bucket ? await planFromBucket(directory, bucket) : readPlan(directory)
  const workers = chooseWorkers(plan, asked, Math.min(availableParallelism(), mostWorkers))
  const connection = await connectQueue(queue, say)
  const ended = await interruptible((signal) =>
    runQueueWorker(connection, directory, plan, {
      workers,
      bucket,
      signal,
      allowModules: allowModules ?? false,
      onJob: ({ id }, error) => {
        if (error) say(`worker: ${error.message}`)
        else say(`worker: ${id}`)
      },
    }),
  ).finally(() => connection.close())
  if ('interrupted' in ended) {
    say('worker: interrupted; others take over its jobs after a minute')
    process.exitCode = exitCodes.interrupted
  } else if (json) printJson({ directory, computed: ended.result })
  else print(`${ended.result} results computed here; the study is done`)
}

export function addWorker(program: Command): void {
  program
    .command('worker')
    .summary('compute jobs of a study that another process has queued')
    .description(
      'Join the workers of a study: take jobs from its queue, compute them on threads, and put the results into its folder, which all ' +
        'machines see, or into a bucket (--store), until the study is done. `limn study run … --queue` queues them. A worker of another limn, or whose processor ' +
        'rounds otherwise than the plan, is refused; a job whose worker dies goes to another after a minute.',
    )
    .argument('<dir>', 'folder of the study')
    .addOption(queueOption())
    .addOption(storeOption())
    .addOption(
      new Option('--workers <n>', 'worker threads; default: one per core, as far as memory reaches').argParser(
        parseCount,
      ),
    )
    .addOption(new Option('--allow-modules', 'load the modules that the study names'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn worker /shared/out --queue redis://queue:6379')
    .action(worker)
}
