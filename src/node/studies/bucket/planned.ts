import type { Survey } from '../../../study/execute-study.js'
import type { StudyPlan } from '../../../study/plan.js'
import { presentIn } from '../../../study/present.js'
import type { BucketAddress } from './address.js'
import { openBucket } from './bucket.js'
import { bucketPlan, fetchPlan, noPlan, sendPlan } from './plan.js'
import { bucketStore } from './store.js'

/** The plan that is in a bucket, copied into a folder. @throws FileError when there is none */
export async function planFromBucket(directory: string, address: BucketAddress): Promise<StudyPlan> {
  const bucket = await openBucket(address)
  try {
    return await fetchPlan(directory, bucket)
  } finally {
    bucket.close()
  }
}

/** The plan that is in a bucket. @throws FileError when there is none */
export async function planInBucket(address: BucketAddress): Promise<StudyPlan> {
  const bucket = await openBucket(address)
  try {
    const plan = await bucketPlan(bucket)
    if (!plan) throw noPlan(bucket)
    return plan
  } finally {
    bucket.close()
  }
}

/** Puts the plan of a folder into a bucket. */
export async function planIntoBucket(directory: string, address: BucketAddress): Promise<void> {
  const bucket = await openBucket(address)
  try {
    await sendPlan(directory, bucket)
  } finally {
    bucket.close()
  }
}

/** The plan of a bucket, and which of the results of a new one it has: none of them is read. */
export async function lookIntoBucket(
  directory: string,
  address: BucketAddress,
  { jobs }: Pick<StudyPlan, 'jobs'>,
): Promise<{ readonly before: StudyPlan | undefined; readonly survey: Survey }> {
  const bucket = await openBucket(address)
  try {
    const ids = jobs.map(({ id }) => id)
    const there = await presentIn(bucketStore(bucket, directory), ids)
    const survey = { whole: jobs.filter(({ id }) => there.has(id)), damaged: [] }
    return { before: await bucketPlan(bucket), survey }
  } finally {
    bucket.close()
  }
}
