import { FileError } from '../../../data/file-error.js'
import type { StudyPlan } from '../../../study/plan.js'
import { readBytes, writeAtomic } from '../../files/files.js'
import { planFromJson, planPath } from '../plan-file.js'
import type { Bucket } from './bucket.js'

const key = 'plan.json'

/** Puts the plan of a folder into a bucket, where workers find it. */
export const sendPlan = (directory: string, bucket: Bucket): Promise<void> =>
  bucket.put(key, readBytes(planPath(directory)))

const planOf = (bytes: Uint8Array, bucket: Bucket): StudyPlan =>
  planFromJson(new TextDecoder().decode(bytes), `${bucket.shown}/${key}`)

/** The error about a bucket without a plan. */
export const noPlan = ({ shown }: Bucket): FileError =>
  new FileError(`${shown}/${key}`, 'expected a plan, got none; run study plan or study run with this --store first')

/** The plan of a bucket; undefined where there is none. @throws FileError when it cannot be read */
export async function bucketPlan(bucket: Bucket): Promise<StudyPlan | undefined> {
  const bytes = await bucket.get(key)
  return bytes && planOf(bytes, bucket)
}

/**
 * The plan of a bucket, of which the folder gets a copy.
 *
 * @throws FileError when there is none, or it cannot be read
 */
export async function fetchPlan(directory: string, bucket: Bucket): Promise<StudyPlan> {
  const bytes = await bucket.get(key)
  if (!bytes) throw noPlan(bucket)
  const plan = planOf(bytes, bucket)
  writeAtomic(planPath(directory), bytes)
  return plan
}
