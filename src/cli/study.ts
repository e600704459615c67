import type { Command } from 'commander'
import { addStudyCompare } from './study/compare.js'
import { addStudyExec } from './study/exec.js'
import { addStudyExport } from './study/export.js'
import { addStudyFetch } from './study/fetch.js'
import { addStudyPlan } from './study/plan.js'
import { addStudyQuery } from './study/query.js'
import { addStudyReport } from './study/report.js'
import { addStudyRun } from './study/run.js'
import { addStudyStatus } from './study/status.js'
import { addStudyWatch } from './study/watch.js'

export function addStudy(program: Command): void {
  const study = program
    .command('study')
    .summary('run a whole study and read its report')
    .description('Declarative studies: prune, estimate, predict, train, report.')
  for (const add of [
    addStudyPlan,
    addStudyRun,
    addStudyExec,
    addStudyStatus,
    addStudyWatch,
    addStudyReport,
    addStudyQuery,
    addStudyExport,
    addStudyFetch,
    addStudyCompare,
  ])
    add(study)
}
