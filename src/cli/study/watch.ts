import { Option, type Command } from 'commander'
import { setTimeout as pause } from 'node:timers/promises'
import { connectQueue } from '../../node/queue/connection.js'
import { watchQueue } from '../../node/queue/watch.js'
import type { BucketAddress } from '../../node/studies/bucket/address.js'
import { planInBucket } from '../../node/studies/bucket/planned.js'
import { readPlan } from '../../node/studies/study.js'
import { isTraining } from '../../node/studies/watch/curves.js'
import { serveWatch } from '../../node/studies/watch/serve.js'
import { watchStudy, type WatchedStudy } from '../../node/studies/watch/watch.js'
import { UsageError } from '../fail.js'
import { parsePositive, parseWhole, shared } from '../options.js'
import { print, printJson } from '../output.js'
import { queueOption } from '../queue-option.js'
import { storeOption } from '../store-option.js'
import { interruptible } from './interruptible.js'
import { changeKey, liveLines, watchLines } from './watch-lines.js'

interface WatchFlags {
  readonly every: number
  readonly once?: boolean
  readonly serve?: true | number
  readonly queue?: URL
  readonly store?: BucketAddress
  readonly json?: boolean
}

/** Milliseconds between two looks for the report of a study that is complete. */
const reportEvery = 1000

const plain = ({
  title,
  total,
  done,
  share,
  kinds,
  perMinute,
  secondsLeft,
  failures,
  machines,
  queue,
}: WatchedStudy) => ({
  ...{ title, total, done, share, kinds, perMinute, secondsLeft, failures, machines },
  ...(queue && { queue }),
})

async function watch(directory: string, flags: WatchFlags): Promise<void> {
  const { every, once, serve, queue: address, store: bucket, json } = flags
  if (once && serve !== undefined) throw new UsageError('study watch: --once shows one moment, and --serve goes on')
  const plan = bucket ? await planInBucket(bucket) : readPlan(directory)
  const connection = address && (await connectQueue(address, () => undefined))
  const queue = connection && watchQueue(connection, plan)
  const server = serve === undefined ? undefined : await serveWatch(directory, plan, serve === true ? 0 : serve)
  if (server) print(server.url)
  const show = liveLines(
    (text) => process.stdout.write(text),
    process.stdout.isTTY ? { columns: process.stdout.columns || 80 } : undefined,
  )
  const options = {
    every: 1000 * every,
    bucket,
    ...(queue && { queue: queue.look }),
    ...(server && { wanted: isTraining(plan) }),
  }
  await interruptible(async (signal) => {
    let last: WatchedStudy | undefined
    for await (const moment of watchStudy(directory, plan, { ...options, signal })) {
      last = moment
      if (json) printJson(plain(moment))
      else if (once) watchLines(moment).forEach((line) => print(line))
      else show(watchLines(moment), changeKey(moment))
      await server?.show(moment)
      if (once) return
    }
    // The page stays for those who look later, and shows the report once it is there.
    while (server && last) {
      await pause(reportEvery, undefined, { signal })
      await server.show({ ...last, rows: new Map() })
    }
  }).finally(async () => {
    await server?.close()
    connection?.close()
  })
}

export function addStudyWatch(study: Command): void {
  study
    .command('watch')
    .summary('follow a study that is computed elsewhere')
    .description(
      'Show how far a study is until it is complete: results by kind, rate, time left, machines, failures. Looks at the files of its results and changes ' +
        'nothing. --serve shows the same on a page of this machine, with pictures as results come.',
    )
    .argument('<dir>', 'folder of the study')
    .addOption(new Option('--every <seconds>', 'time between two looks').argParser(parsePositive).default(2))
    .addOption(new Option('--once', 'show one moment and end'))
    .addOption(
      new Option('--serve [port]', 'a page on 127.0.0.1, at any free port by default; Ctrl-C ends it').argParser(
        parseWhole,
      ),
    )
    .addOption(queueOption())
    .addOption(storeOption())
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study watch out/quickstart --serve')
    .action(watch)
}
