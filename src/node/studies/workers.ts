import { Worker } from 'node:worker_threads'
import type { Job } from '../../study/job.js'
import type { JobRunner } from '../../study/execute-study.js'
import { errorOf, type StudyReply } from './reply.js'
import type { StudyWorkerData } from './worker.js'

/** A runner of jobs on a fixed set of worker threads of this process. */
export interface StudyWorkers extends JobRunner {
  close(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  /** Settles the job that the thread is at; listeners stay for the thread's life. */
  settle: ((error?: Error) => void) | undefined
}

/** @param onEnd called when the thread has ended, whatever ended it */
function startThread(script: URL, workerData: StudyWorkerData, onEnd: (thread: Thread) => void): Thread {
  const thread: Thread = { worker: new Worker(script, { workerData }), settle: undefined }
  thread.worker.on('exit', () => onEnd(thread))
  thread.worker.on('message', (reply: StudyReply) => thread.settle?.(errorOf(reply)))
  thread.worker.on('error', (error) => {
    onEnd(thread)
    thread.settle?.(error)
  })
  thread.worker.on('exit', (code) =>
    thread.settle?.(
      new Error(`a worker ended with code ${code}; run again to resume, with fewer --workers if memory was short`),
    ),
  )
  return thread
}

/**
 * Starts up to `count` workers, each when first needed.
 *
 * @param script the compiled worker; default: the one beside this module
 */
export function startStudyWorkers(
  count: number,
  workerData: StudyWorkerData,
  script: URL = new URL('./worker.js', import.meta.url),
): StudyWorkers {
  const idle: Thread[] = []
  const all: Thread[] = []
  // The next job gets another thread in place of one that has ended.
  const forget = (thread: Thread): void => {
    for (const list of [idle, all]) if (list.includes(thread)) list.splice(list.indexOf(thread), 1)
  }
  const take = (): Thread => {
    const free = idle.pop()
    if (free) return free
    if (all.length >= count) throw new Error(`startStudyWorkers: more than ${count} jobs at once`)
    const thread = startThread(script, workerData, forget)
    all.push(thread)
    return thread
  }
  const run = (job: Job): Promise<void> =>
    new Promise((resolve, reject) => {
      const thread = take()
      thread.settle = (error) => {
        thread.settle = undefined
        if (all.includes(thread)) idle.push(thread)
        if (error) reject(error)
        else resolve()
      }
      thread.worker.postMessage(job.id)
    })
  return {
    concurrency: count,
    run,
    async close() {
      for (const thread of all) thread.settle = undefined
      await Promise.all([...all].map(({ worker }) => worker.terminate()))
    },
  }
}
