import { Option } from 'commander'
import { parseBucket } from '../node/studies/bucket/address.js'

/** Where results are kept, if not in the folder alone. */
export const storeOption = (): Option =>
  new Option(
    '--store <address>',
    'bucket that keeps plan and results, of which the folder has copies: s3://bucket/prefix; keys and endpoint as tools of AWS take them, AWS_ENDPOINT_URL',
  )
    .env('LIMN_STORE')
    .argParser(parseBucket)
