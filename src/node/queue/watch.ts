import type { Queue } from 'bullmq'
import type { StudyPlan } from '../../study/plan.js'
import type { WatchedQueue } from '../studies/watch/watch.js'
import { queueName, type QueueConnection } from './connection.js'

/** Milliseconds that an answer may take before the last one is given in its place. */
const patience = 2000
/** Jobs at work that are asked for by name. */
const mostActive = 1000

const nothing: WatchedQueue = { answers: false, workers: 0, waiting: 0, active: 0, failed: 0, processes: [] }

/** The name that a worker gave itself, behind that of its queue. */
const ownName = (raw: string): string | undefined => /:w:(.+)$/.exec(raw)?.[1]

async function ask(queue: Queue): Promise<WatchedQueue> {
  const [clients, counts, active] = await Promise.all([
    queue.getWorkers(),
    queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    queue.getActive(0, mostActive - 1),
  ])
  const names = clients.map((client, i) => ownName(client['rawname'] ?? '') ?? `worker ${i + 1}`)
  const jobsOf = (name: string): string[] =>
    active.flatMap(({ id, processedBy }) => (id !== undefined && processedBy === name ? [id] : []))
  const processes = [...new Set(names)].sort().map((name) => ({ name, jobs: jobsOf(name).sort() }))
  return {
    answers: true,
    workers: clients.length,
    active: counts['active'],
    waiting: counts['waiting'] + counts['delayed'],
    failed: counts['failed'],
    processes,
  }
}

/**
 * Asks the queue of a study which workers it has, what they are at and how many jobs wait, without a change to it. One that does not
 * answer in time is no reason to wait: what it last said is given again.
 */
export function watchQueue(
  { bullmq, redis }: Pick<QueueConnection, 'bullmq' | 'redis'>,
  plan: StudyPlan,
): { readonly look: () => Promise<WatchedQueue> } {
  const queue = new bullmq.Queue(queueName(plan), { connection: redis, skipMetasUpdate: true })
  queue.on('error', () => undefined)
  let last = nothing
  let asked: Promise<WatchedQueue> | undefined
  return {
    async look() {
      // A question that is not answered stands until Redis is there again.
      asked ??= ask(queue).finally(() => (asked = undefined))
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), patience)
      })
      const answer = await Promise.race([asked, late]).catch(() => undefined)
      clearTimeout(timer)
      last = answer ?? { ...last, answers: false }
      return last
    },
  }
}
