import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { Option, type Command } from 'commander'
import { FileError } from '../../data/file-error.js'
import { clock } from '../../data/clock.js'
import { visible } from '../../data/visible.js'
import { gigabytes } from '../../node/files/memory.js'
import { standardStream } from '../../node/files/standard-streams.js'
import { studyMemory } from '../../node/studies/memory.js'
import { planDifferences, writePlan } from '../../node/studies/plan-file.js'
import { inStudyFolder } from '../../node/studies/folder.js'
import { machineSpeeds } from '../../node/studies/speeds.js'
import { chooseWorkers, earlierPlan, prepareStudy, studyResults } from '../../node/studies/study.js'
import { clockSeconds, foresee, reasonsOf, type KindForesight } from '../../study/foresight.js'
import { stageCount } from '../../study/shares.js'
import { UsageError } from '../fail.js'
import { parseCount, parsePath, shared } from '../options.js'
import { print, printJson } from '../output.js'
import { mostWorkers } from './run.js'
import { storeOption } from '../store-option.js'
import type { BucketAddress } from '../../node/studies/bucket/address.js'
import { lookIntoBucket, planIntoBucket } from '../../node/studies/bucket/planned.js'

interface PlanFlags {
  readonly out?: string
  readonly workers?: number
  readonly store?: BucketAddress
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Why jobs of a kind are left, in words. */
const whyOf = ({ why }: KindForesight): string =>
  Object.entries(why)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ')

async function plan(file: string, { out, workers: asked, store: bucket, dryRun, json }: PlanFlags): Promise<void> {
  if (file === standardStream && out === undefined) {
    throw new UsageError('study plan: expected --out for a study from standard input, whose file would name the folder')
  }
  const directory = out ?? join('out', basename(file, extname(file)))
  const found = earlierPlan(directory)
  const planned = await prepareStudy(file, { directory, bucket })
  const looked = bucket && (await lookIntoBucket(directory, bucket, planned))
  const before = looked ? looked.before : found instanceof FileError ? undefined : found
  const workers = chooseWorkers(planned, asked, Math.min(availableParallelism(), mostWorkers))
  const why = reasonsOf(planned, looked?.survey ?? (await studyResults(directory, planned)), before)
  const speeds = machineSpeeds(planned.facts.kernels)
  const kinds = foresee(planned, why, speeds)
  const seconds = clockSeconds(planned.jobs, new Set(why.keys()), speeds, workers)
  const memory = studyMemory(planned, workers)
  const changed = before ? planDifferences(before, planned) : []
  const measured = Object.keys(speeds).length > 0
  const stages = stageCount(planned.jobs)
  if (!dryRun) {
    await inStudyFolder(directory, () => {
      writePlan(directory, planned)
      return bucket ? planIntoBucket(directory, bucket) : Promise.resolve()
    })
  }
  if (json) {
    printJson({
      directory,
      written: !dryRun,
      jobs: planned.jobs.length,
      left: why.size,
      stages,
      kinds,
      changed,
      workers,
      seconds,
      memory,
      measured,
    })
    return
  }
  print(`${visible(planned.config.title)}: ${planned.jobs.length} jobs in ${stages} stages, ${why.size} to be computed`)
  for (const one of kinds) {
    const left = one.jobs - one.done
    const rest = left > 0 ? `, ${left} left (${whyOf(one)}): ${clock(one.seconds)} of one thread` : ''
    print(`  ${one.kind.padEnd(12)} ${one.done} of ${one.jobs} done${rest}`)
  }
  if (changed.length > 0) print(`  changed since the plan in the folder: ${changed.join(', ')}`)
  const source = measured ? 'as jobs took on this machine' : 'uncalibrated: nothing has run on this machine yet'
  print(`  ${clock(seconds)} with ${workers} workers (${source}), ${gigabytes(memory)} of memory at most`)
  print(dryRun ? `  nothing is written (--dry-run)` : join(directory, 'plan.json'))
}

export function addStudyPlan(study: Command): void {
  study
    .command('plan')
    .summary('what a study has to compute, why, and how long that takes')
    .description(
      'Read a study file, check it against its data, and say which jobs it has, which are done, why the others are not, and how ' +
        'much time and memory they take. The plan is written into the folder, where `study exec` and `study run` find it.',
    )
    .argument('<study>', 'study file (.yaml)')
    .addOption(
      new Option('--out <dir>', 'folder of results; default: out/<name of the study file>').argParser(parsePath),
    )
    .addOption(
      new Option('--workers <n>', 'worker threads to reckon with; default: as `study run` takes').argParser(parseCount),
    )
    .addOption(storeOption())
    .addOption(new Option('--dry-run', 'write nothing'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study plan examples/quickstart.yaml --out out/quickstart')
    .action(plan)
}
