import type { Command } from 'commander'
import { visible } from '../../data/visible.js'
import type { BucketAddress } from '../../node/studies/bucket/address.js'
import { fetchStudy } from '../../node/studies/bucket/fetch.js'
import { exitCodes, UsageError } from '../fail.js'
import { shared } from '../options.js'
import { print, printJson, say } from '../output.js'
import { storeOption } from '../store-option.js'
import { interruptible } from './interruptible.js'

interface FetchFlags {
  readonly store?: BucketAddress
  readonly json?: boolean
}

async function fetch(directory: string, { store, json }: FetchFlags): Promise<void> {
  if (!store) throw new UsageError('study fetch: expected --store, or the address in LIMN_STORE')
  const ended = await interruptible((signal) => fetchStudy(directory, store, signal))
  if ('interrupted' in ended) {
    say('study: interrupted; the same command goes on from there')
    process.exitCode = exitCodes.interrupted
    return
  }
  const { title, jobs, here, came } = ended.result
  if (json) printJson({ directory, store: store.shown, jobs, here, came })
  else print(`${visible(title)}: ${came} results came, ${here} of ${jobs} are in ${directory}`)
}

export function addStudyFetch(study: Command): void {
  study
    .command('fetch')
    .summary('bring a study out of a bucket into a folder')
    .description(
      'Copy the plan of a study and the results that are there from a bucket into a folder, where report, status, query and export find them. What the folder has already is not copied again.',
    )
    .argument('<dir>', 'folder that the copies go to')
    .addOption(storeOption())
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study fetch out/quickstart --store s3://studies/quickstart')
    .action(fetch)
}
