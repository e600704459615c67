import { parentPort, workerData } from 'node:worker_threads'
import { executeJob } from '../study/execute-job.js'
import type { Job } from '../study/job.js'
import type { StudyConfig } from '../study/schema.js'
import { directoryStore } from './result-store.js'
import { loadStudyData } from './study-data.js'

/** What a worker is started with. */
export interface StudyWorkerData {
  readonly config: StudyConfig
  readonly directory: string
}

/** What a worker answers: done, or the error's one line. */
export interface StudyWorkerReply {
  readonly error?: { readonly name: string; readonly message: string }
}

const { config, directory } = workerData as StudyWorkerData
const data = loadStudyData(config)
const store = directoryStore(directory)

parentPort?.on('message', (job: Job) => {
  const begin = performance.now()
  executeJob(config, data, job, store, () => (performance.now() - begin) / 1000).then(
    () => parentPort?.postMessage({} satisfies StudyWorkerReply),
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      parentPort?.postMessage({
        error: {
          name,
          message: name === 'FileError' || message.startsWith(job.id) ? message : `${job.id}: ${message}`,
        },
      } satisfies StudyWorkerReply)
    },
  )
})
