import { Option } from 'commander'
import { parseQueue } from '../node/queue/connection.js'

/** Where jobs of a study wait for workers. */
export const queueOption = (): Option =>
  new Option(
    '--queue <address>',
    'Redis through which workers get their jobs: redis://host:port, rediss://user:password@host:port',
  )
    .env('LIMN_QUEUE')
    .argParser(parseQueue)
