import type { Survey } from '../../../study/execute-study.js'
import type { StudyPlan } from '../../../study/plan.js'
import { presentIn } from '../../../study/present.js'
import type { BucketAddress } from './address.js'
import { inBucket } from './bucket.js'
import { bucketPlan, fetchPlan, noPlan, sendPlan } from './plan.js'
import { bucketStore } from './store.js'

/** The plan that is in a bucket, copied into a folder. @throws FileError when there is none */
export const planFromBucket = (directory: string, address: BucketAddress): Promise<StudyPlan> =>
  inBucket(address, (bucket) => fetchPlan(directory, bucket))

/** The plan that is in a bucket. @throws FileError when there is none */
export const planInBucket = (address: BucketAddress): Promise<StudyPlan> =>
  inBucket(address, async (bucket) => {
    const plan = await bucketPlan(bucket)
    if (!plan) throw noPlan(bucket)
    return plan
  })

/** Puts the plan of a folder into a bucket. */
export const planIntoBucket = (directory: string, address: BucketAddress): Promise<void> =>
  inBucket(address, (bucket) => sendPlan(directory, bucket))

/** The plan of a bucket, and which of the results of a new one it has: none of them is read. */
export const lookIntoBucket = (
  directory: string,
  address: BucketAddress,
  { jobs }: Pick<StudyPlan, 'jobs'>,
): Promise<{ readonly before: StudyPlan | undefined; readonly survey: Survey }> =>
  inBucket(address, async (bucket) => {
    const ids = jobs.map(({ id }) => id)
    const there = await presentIn(bucketStore(bucket, directory), ids)
    const survey = { whole: jobs.filter(({ id }) => there.has(id)), damaged: [] }
    return { before: await bucketPlan(bucket), survey }
  })
