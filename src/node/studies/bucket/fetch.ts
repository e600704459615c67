import { inStudyFolder } from '../folder.js'
import type { BucketAddress } from './address.js'
import { inBucket } from './bucket.js'
import { fetchPlan } from './plan.js'
import { bucketStore } from './store.js'
import { surveyResults } from '../../../study/execute-study.js'
import { directoryStore } from '../result-store.js'

/** What a folder has of a study in a bucket. */
export interface FetchedStudy {
  readonly title: string
  readonly jobs: number
  /** Results that are in the folder now. */
  readonly here: number
  /** Of them, those that were copied now. */
  readonly came: number
}

/**
 * Copies a study's plan and the results that are there from a bucket into a folder, in which everything that reads studies finds
 * them. What the folder has already is not copied again; a result whose bytes do not have their checksums is left out.
 *
 * @throws FileError when there is no plan
 * @throws Error when the bucket does not answer, or refuses the keys of the environment
 */
export function fetchStudy(directory: string, address: BucketAddress, signal?: AbortSignal): Promise<FetchedStudy> {
  return inBucket(address, (bucket) =>
    inStudyFolder(directory, async () => {
      const { config, jobs } = await fetchPlan(directory, bucket)
      const { came } = await bucketStore(bucket, directory).sync(
        jobs.map(({ id }) => id),
        signal,
      )
      const { whole } = await surveyResults(jobs, directoryStore(directory), signal)
      return { title: config.title, jobs: jobs.length, here: whole.length, came }
    }),
  )
}
