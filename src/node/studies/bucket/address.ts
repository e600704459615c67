import { UsageError } from '../../files/usage-error.js'

/** A bucket, and the folder in it that a study's files are under. */
export interface BucketAddress {
  readonly bucket: string
  /** With a slash at its end; empty for the bucket itself. */
  readonly prefix: string
  /** `s3://bucket/prefix`, as it is said. */
  readonly shown: string
}

const names = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/**
 * Reads `s3://bucket/prefix`.
 *
 * @throws UsageError on anything else: keys and passwords do not belong into an address
 *
 * @example
 * import { parseBucket } from 'limn/node'
 *
 * const { bucket, prefix } = parseBucket('s3://studies/mnist/first')
 * console.log(bucket, prefix) // studies mnist/first/
 */
export function parseBucket(text: string): BucketAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url?.protocol === 's3:' && `${url.username}${url.password}${url.port}${url.search}${url.hash}` === ''
  const parts = isPlain ? decodeURI(url.pathname).split('/').filter(Boolean) : []
  if (!isPlain || !names.test(url.hostname) || parts.some((part) => part === '.' || part === '..')) {
    const said = url ? `${url.protocol}//…` : 'no address'
    throw new UsageError(
      `--store: expected s3://bucket/prefix, got ${said}; keys and the endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL)`,
    )
  }
  const path = parts.join('/')
  return {
    bucket: url.hostname,
    prefix: path === '' ? '' : `${path}/`,
    shown: `s3://${url.hostname}${path === '' ? '' : `/${path}`}`,
  }
}
