import type { StudyPlan } from '../../study/plan.js'
import type { WatchedQueue } from '../studies/watch/watch.js'
import { queueName, type QueueConnection } from './connection.js'

/** Asks the queue of a study how many workers it has and how many jobs, without a change to it. */
export function watchQueue(
  { bullmq, redis }: QueueConnection,
  plan: StudyPlan,
): { readonly look: () => Promise<WatchedQueue>; readonly close: () => Promise<void> } {
  const queue = new bullmq.Queue(queueName(plan), { connection: redis, skipMetasUpdate: true })
  queue.on('error', () => undefined)
  return {
    async look() {
      const [workers, counts] = await Promise.all([
        queue.getWorkersCount(),
        queue.getJobCounts('waiting', 'active', 'delayed'),
      ])
      return { workers, active: counts['active'], waiting: counts['waiting'] + counts['delayed'] }
    },
    close: () => queue.close(),
  }
}
