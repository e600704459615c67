import type { ResultStore } from '../../../study/job.js'
import { directoryStore } from '../result-store.js'
import type { BucketAddress } from './address.js'
import { openBucket, type Bucket } from './bucket.js'
import { bucketStore, type BucketStore } from './store.js'

/** Where the results of a study are kept: its folder, or a bucket whose copies the folder has. */
export interface StudyStore {
  readonly store: Required<ResultStore>
  readonly remote?: { readonly bucket: Bucket; readonly store: BucketStore }
  close(): void
}

/**
 * Opens the results of a study in a folder, or in a bucket.
 *
 * @throws UsageError when the client of buckets is not installed
 */
export async function openStudyStore(directory: string, address: BucketAddress | undefined): Promise<StudyStore> {
  if (!address) return { store: directoryStore(directory), close: () => undefined }
  const bucket = await openBucket(address)
  const store = bucketStore(bucket, directory)
  return { store, remote: { bucket, store }, close: () => bucket.close() }
}
