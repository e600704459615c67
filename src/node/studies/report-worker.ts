import { parentPort, workerData } from 'node:worker_threads'
import type { StudyPlan } from '../../study/plan.js'
import { toReply } from './reply.js'
import { reportInto } from './report.js'

/** What the thread that writes a report is started with. */
export interface ReportWorkerData {
  readonly directory: string
  readonly plan: StudyPlan
}

const { directory, plan } = workerData as ReportWorkerData
reportInto(directory, plan).then(
  (path) => parentPort?.postMessage({ path }),
  (error: unknown) => parentPort?.postMessage(toReply(error)),
)
