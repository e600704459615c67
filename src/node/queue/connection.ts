import { hostname } from 'node:os'
import type * as Bullmq from 'bullmq'
import type { Redis } from 'ioredis'
import { hashText } from '../../study/hash.js'
import type { StudyPlan } from '../../study/plan.js'
import { UsageError } from '../files/usage-error.js'

/** Milliseconds that the first connection may take. */
const patience = 10_000

/** The address of a queue as messages show it: no user, no password. */
export function shownAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`
}

/**
 * Reads the address of a Redis: `redis://[user:password@]host[:port][/database]`, `rediss://` with TLS.
 *
 * @throws UsageError on anything else; the message holds no password
 */
export function parseQueue(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '') return url
  const said = url ? shownAddress(url) : 'no address'
  throw new UsageError(`--queue: expected redis://host:port or rediss://host:port (TLS), got ${said}`)
}

/** What talks to a queue: two packages that are installed by those who use one. */
export interface QueueConnection {
  readonly bullmq: typeof Bullmq
  readonly redis: Redis
  readonly shown: string
  /** Ends the connection. */
  readonly close: () => void
}

async function load(): Promise<{ bullmq: typeof Bullmq; Redis: typeof Redis }> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')])
    return { bullmq, Redis: ioredis.Redis }
  } catch {
    throw new UsageError('--queue needs two more packages; run: npm install bullmq ioredis')
  }
}

/**
 * Connects to a Redis. Once connected it waits for one that goes away, however long.
 *
 * @param onTrouble called with a line when the connection is lost, and when it is there again
 * @throws Error when there is none, or it refuses the password
 */
export async function connectQueue(url: URL, onTrouble: (line: string) => void): Promise<QueueConnection> {
  const { bullmq, Redis } = await load()
  const shown = shownAddress(url)
  const redis = new Redis(url.href, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(200 * times, 5000),
  })
  let last: Error | undefined
  redis.on('error', (error: Error) => {
    last = error
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not answer')), patience)
  })
  try {
    const ready = (async () => {
      await redis.connect()
      await redis.ping()
    })()
    await Promise.race([ready, late])
  } catch (error) {
    redis.disconnect()
    const why = (last ?? (error as Error)).message.replaceAll(url.password || '\0', '…')
    throw new Error(`${shown}: expected a Redis that takes this address, got none (${why}); start it, or mend --queue`)
  } finally {
    clearTimeout(timer)
  }
  let lost = false
  let closed = false
  redis.on('close', () => {
    if (!lost && !closed) onTrouble(`${shown}: the connection is lost; waiting for it`)
    lost = true
  })
  redis.on('ready', () => {
    if (lost) onTrouble(`${shown}: connected again`)
    lost = false
  })
  return {
    bullmq,
    redis,
    shown,
    close() {
      closed = true
      redis.disconnect()
    },
  }
}

/** The queue of a study: that of its jobs, whose ids hash all that they depend on. */
export const queueName = ({ jobs }: Pick<StudyPlan, 'jobs'>): string =>
  `limn-${hashText(JSON.stringify(jobs.map(({ id }) => id)))}`

/** What a worker calls itself before the queue: its machine and process. */
export const workerName = (): string => `${hostname().replaceAll(/[^\x21-\x7e]/g, '-')}:${process.pid}`
