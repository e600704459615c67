import type * as S3 from '@aws-sdk/client-s3'
import { UsageError } from '../../files/usage-error.js'
import type { BucketAddress } from './address.js'

/** Objects of one bucket below one prefix. Keys are those below it. */
export interface Bucket {
  /** The address as messages show it. */
  readonly shown: string
  put(key: string, bytes: Uint8Array): Promise<void>
  /** The bytes of an object; undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Bytes that an object has; undefined where there is none. */
  size(key: string): Promise<number | undefined>
  /** Bytes of every object whose key begins so. */
  sizes(start: string): Promise<ReadonlyMap<string, number>>
  remove(key: string): Promise<void>
  close(): void
}

/** Requests that a failing store gets before it counts as away: with the client's growing pauses, about a minute. */
const attempts = 8
/** Milliseconds of silence after which a request counts as lost. */
const patience = { connection: 10_000, answer: 60_000 } as const
/** Objects are read again when their bytes end early. */
const readings = 5

async function load(): Promise<typeof S3> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch {
    throw new UsageError('--store needs one more package; run: npm install @aws-sdk/client-s3')
  }
}

/** What to do about an error of the client, by its name or status. */
function remedyOf(name: string, status: number | undefined): string {
  if (name === 'NoSuchBucket') return 'make the bucket, or mend --store'
  if (name === 'CredentialsProviderError') return 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE'
  if (status === 401 || status === 403) return 'check the keys in the environment and what they allow'
  if (status !== undefined && status < 500 && status !== 429) return 'check --store, AWS_REGION and AWS_ENDPOINT_URL'
  return 'check that AWS_ENDPOINT_URL answers; the same command goes on from what is stored'
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

/** An error of the client with what to do, and without what it was asked with. */
function bucketError(error: unknown, shown: string): Error {
  if (error instanceof UsageError) return error
  const { name = 'Error', message = '' } = error as { name?: string; message?: string }
  const status = statusOf(error)
  const said = [name === 'Error' ? '' : name, status === undefined ? '' : `status ${status}`].filter(Boolean).join(', ')
  return new Error(`${shown}: ${message || 'no answer'}${said && ` (${said})`}; ${remedyOf(name, status)}`)
}

/** Opens a bucket for some work and closes it, whatever comes of the work. */
export async function inBucket<Result>(
  address: BucketAddress,
  work: (bucket: Bucket) => Promise<Result>,
): Promise<Result> {
  const bucket = await openBucket(address)
  try {
    return await work(bucket)
  } finally {
    bucket.close()
  }
}

/**
 * Opens a bucket of an S3-compatible store. Keys, region and endpoint are those of the environment, as every tool of AWS takes them
 * (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`). Requests that are lost, refused
 * for a while or answered in part are made again.
 *
 * @throws UsageError when the client is not installed
 */
export async function openBucket({ bucket: Bucket, prefix, shown }: BucketAddress): Promise<Bucket> {
  const s3 = await load()
  const { env } = process
  const elsewhere = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const client = new s3.S3Client({
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: patience.connection, requestTimeout: patience.answer },
    // Checksums of later years are unknown to many a store; limn has its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(elsewhere !== undefined && { forcePathStyle: true, region: env['AWS_REGION'] ?? 'us-east-1' }),
  })
  const at = (key: string) => ({ Bucket, Key: `${prefix}${key}` })
  async function asked<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw bucketError(error, shown)
    }
  }
  /** What is asked of one object; undefined where there is none. */
  async function ofObject<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    return asked(async () => {
      try {
        return await work()
      } catch (error) {
        if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined
        throw error
      }
    })
  }
  async function read(key: string): Promise<Uint8Array> {
    for (let reading = 1; ; reading++) {
      const { Body, ContentLength } = await client.send(new s3.GetObjectCommand(at(key)))
      try {
        const bytes = await Body!.transformToByteArray()
        if (ContentLength !== undefined && bytes.length !== ContentLength) {
          throw new Error(`${key}: expected ${ContentLength} bytes, got ${bytes.length}`)
        }
        return bytes
      } catch (error) {
        if (reading === readings) throw error
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** reading))
      }
    }
  }
  return {
    shown,
    put: (key, bytes) =>
      asked(async () => {
        await client.send(new s3.PutObjectCommand({ ...at(key), Body: bytes }))
      }),
    get: (key) => ofObject(() => read(key)),
    size: (key) => ofObject(async () => (await client.send(new s3.HeadObjectCommand(at(key)))).ContentLength ?? 0),
    sizes: (start) =>
      asked(async () => {
        const found = new Map<string, number>()
        const pages = s3.paginateListObjectsV2({ client }, { Bucket, Prefix: `${prefix}${start}` })
        for await (const { Contents = [] } of pages) {
          for (const { Key = '', Size = 0 } of Contents) found.set(Key.slice(prefix.length), Size)
        }
        return found
      }),
    remove: (key) =>
      asked(async () => {
        await client.send(new s3.DeleteObjectCommand(at(key)))
      }),
    close: () => client.destroy(),
  }
}
