import { Worker } from 'node:worker_threads'
import type { StudyPlan } from '../../study/plan.js'
import { errorOf, type StudyReply } from './reply.js'
import type { ReportWorkerData } from './report-worker.js'

/** A report that is being written. */
export interface StartedReport {
  /** Where it is, once it is there. */
  readonly path: Promise<string>
  /** Ends the thread, whatever it is at. */
  close(): Promise<void>
}

/** Writes the report of a study's folder on a thread of its own, so that this one hears signals all the while. */
export function startReport(directory: string, plan: StudyPlan): StartedReport {
  const workerData: ReportWorkerData = { directory, plan }
  const worker = new Worker(new URL('./report-worker.js', import.meta.url), { workerData })
  const path = new Promise<string>((resolve, reject) => {
    worker.on('message', (reply: StudyReply & { readonly path: string }) => {
      const error = errorOf(reply)
      if (error) reject(error)
      else resolve(reply.path)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`the thread that writes the report ended with code ${code}`)))
  })
  return {
    path,
    async close() {
      await worker.terminate()
    },
  }
}
