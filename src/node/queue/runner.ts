import type { Queue } from 'bullmq'
import type { JobRunner } from '../../study/execute-study.js'
import type { Job, ResultStore } from '../../study/job.js'
import { presentIn } from '../../study/present.js'
import { queueName, type QueueConnection } from './connection.js'
import type { StudyPlan } from '../../study/plan.js'

/** A runner whose jobs are computed by workers behind a queue. */
export interface QueueRunner extends JobRunner {
  /** @param done whether the study is: its queue is then removed */
  close(done: boolean): Promise<void>
}

interface Pending {
  readonly job: Job
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  /** Looks in a row at which neither the queue nor the store knew the job. */
  unknown: number
}

/** Jobs that may wait in the queue at once: enough for any number of workers, little memory for Redis. */
const concurrency = 10_000
/** Milliseconds between two looks at the store, and between two at the queue. */
const looks = { store: 250, queue: 2000 } as const
/** A look that takes long is followed by a pause that is so many times longer. */
const patience = 3
/** Looks after which a job that nobody knows is queued again: a shared folder may show a result late. */
const lostAfter = 2

/**
 * Queues jobs and waits for their results in the store. That a result is there and whole is what makes a job done; what
 * the queue says only tells that a job has failed, or was lost and is to be queued again.
 */
export function startQueueRunner(
  { bullmq, redis, close }: QueueConnection,
  plan: StudyPlan,
  store: ResultStore,
): QueueRunner {
  const queue: Queue = new bullmq.Queue(queueName(plan), { connection: redis })
  // Its connection reports by itself what goes wrong.
  queue.on('error', () => undefined)
  const pending = new Map<string, Pending>()
  let closed = false

  const add = async (id: string): Promise<void> => {
    await queue.add(
      'job',
      {},
      { jobId: id, attempts: 3, backoff: { type: 'fixed', delay: 2000 }, removeOnComplete: true },
    )
  }
  const settle = (id: string, error?: Error): void => {
    const one = pending.get(id)
    pending.delete(id)
    if (error) one?.reject(error)
    else one?.resolve()
  }
  const isWhole = async (id: string): Promise<boolean> =>
    (await store.has(id)) && (await store.damage(id)) === undefined

  async function lookAtStore(): Promise<void> {
    const there = await presentIn(store, pending.keys())
    for (const id of [...pending.keys()]) {
      if (there.has(id) && (await store.damage(id)) === undefined) settle(id)
    }
  }

  async function lookAtQueue(): Promise<void> {
    for (const [id, one] of [...pending]) {
      const queued = await queue.getJob(id)
      if (!queued) {
        one.unknown++
        if (await isWhole(id)) settle(id)
        else if (one.unknown >= lostAfter) {
          one.unknown = 0
          await add(id)
        }
      } else if (await queued.isFailed()) {
        const reason = queued.failedReason || 'no reason is known'
        await queued.remove()
        if (await isWhole(id)) settle(id)
        else settle(id, new Error(`${id}: ${reason.replace(`${id}: `, '')}`))
      } else one.unknown = 0
    }
  }

  /** Looks again and again; one that fails (a store or a Redis that is away) is made up for by the next. */
  async function keepLooking(look: () => Promise<void>, every: number): Promise<void> {
    while (!closed) {
      const begin = performance.now()
      await look().catch(() => undefined)
      const pause = Math.max(every, patience * (performance.now() - begin))
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  void keepLooking(lookAtStore, looks.store)
  void keepLooking(lookAtQueue, looks.queue)

  return {
    concurrency,
    run: (job) =>
      new Promise((resolve, reject) => {
        pending.set(job.id, { job, resolve, reject, unknown: 0 })
        // Lost on the way is the same as lost in the queue: the next look adds it again.
        add(job.id).catch(() => undefined)
      }),
    async close(done) {
      closed = true
      try {
        if (done) await queue.obliterate({ force: true })
        await queue.close()
      } finally {
        close()
      }
    },
  }
}
