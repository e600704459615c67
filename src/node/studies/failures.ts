import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { pathKind, readText, writeAtomic } from '../files/files.js'
import { surveyResults, type FailedJob } from '../../study/execute-study.js'
import { isJobId, neededIds, type ResultStore } from '../../study/job.js'
import type { StudyPlan } from '../../study/plan.js'

/** A job that the last run could not compute. */
export interface Failure {
  readonly job: string
  readonly error: string
}

const schema = z.array(z.strictObject({ job: z.string().refine(isJobId), error: z.string() }))

const pathIn = (directory: string): string => join(directory, 'failures.json')

/** Keeps what a run could not compute, or removes what an earlier one has left. */
export function keepFailures(directory: string, failed: readonly FailedJob[]): void {
  const path = pathIn(directory)
  const failures = failed.map(({ job, error }): Failure => ({ job: job.id, error: error.message }))
  if (failures.length > 0) writeAtomic(path, `${JSON.stringify(failures, null, 1)}\n`)
  else rmSync(path, { force: true })
}

/** Removes results that hold a reason in place of numbers, and those made of them, so that they are computed anew. */
export async function forgetRefused(
  { jobs }: Pick<StudyPlan, 'jobs'>,
  store: ResultStore & Required<Pick<ResultStore, 'remove'>>,
): Promise<void> {
  const { whole } = await surveyResults(jobs, store)
  const forgotten = new Set<string>()
  // A job comes after those it needs.
  for (const job of whole) {
    const { rows } = await store.read(job.id)
    const row = rows.find(({ record }) => record === 'job')
    if (row?.['failed'] === undefined && !neededIds(job).some((id) => forgotten.has(id))) continue
    forgotten.add(job.id)
    await store.remove(job.id)
  }
}

/** What the last run in a folder could not compute; nothing where its file is none of these. */
export function readFailures(directory: string): readonly Failure[] {
  const path = pathIn(directory)
  try {
    if (pathKind(path) !== 'file') return []
    return schema.parse(JSON.parse(readText(path)))
  } catch {
    return []
  }
}
