import type { Command } from 'commander'
import { visible } from '../../data/visible.js'
import { readFailures } from '../../node/studies/failures.js'
import { readPlan, studyResults } from '../../node/studies/study.js'
import { shared } from '../options.js'
import { print, printJson } from '../output.js'

async function status(directory: string, { json }: { json?: boolean }): Promise<void> {
  const plan = readPlan(directory)
  const { whole, damaged } = await studyResults(directory, plan)
  const finished = new Set(whole.map(({ id }) => id))
  const kinds = [...new Set(plan.jobs.map(({ kind }) => kind))]
  const table = kinds.map((kind) => {
    const jobs = plan.jobs.filter((job) => job.kind === kind)
    return { kind, total: jobs.length, done: jobs.filter(({ id }) => finished.has(id)).length }
  })
  const failures = readFailures(directory).filter(({ job }) => !finished.has(job))
  const next = plan.jobs.find(({ id }) => !finished.has(id))?.id ?? null
  if (json) {
    const { length: total } = plan.jobs
    const files = damaged.map(({ file }) => file)
    printJson({ title: plan.config.title, total, done: finished.size, kinds: table, next, damaged: files, failures })
  } else {
    print(`${visible(plan.config.title)}: ${finished.size} of ${plan.jobs.length} results`)
    for (const { kind, total, done } of table) print(`  ${kind.padEnd(12)} ${done} of ${total}`)
    if (next !== null) print(`  next         ${next}`)
    for (const { file, problem } of damaged) print(`  damaged      ${file}: ${problem}; study run computes it anew`)
    for (const { job, error } of failures) print(`  failed       ${job}: ${visible(error)}; study run tries it anew`)
  }
}

export function addStudyStatus(study: Command): void {
  study
    .command('status')
    .summary('what is done and what is missing')
    .description('How many results of a study are there.')
    .argument('<dir>', 'folder of a study')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study status out/quickstart')
    .action(status)
}
