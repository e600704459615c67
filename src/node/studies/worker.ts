import { parentPort, workerData } from 'node:worker_threads'
import { FileError } from '../../data/file-error.js'
import { executeJob } from '../../study/execute-job.js'
import type { Job } from '../../study/job.js'
import type { DataFacts } from '../../study/plan.js'
import type { StudyConfig } from '../../study/schema.js'
import { dataFingerprint, type StudyData } from '../../study/study-data.js'
import { directoryStore } from './result-store.js'
import { loadStudyData } from './data.js'
import { plannedCriteria } from './own-methods.js'
import { toReply, type StudyReply } from './reply.js'

/** What a worker is started with. */
export interface StudyWorkerData {
  readonly config: StudyConfig
  readonly directory: string
  /** What the plan knows of the data and methods. */
  readonly facts: DataFacts
}

const { config, directory, facts } = workerData as StudyWorkerData
const store = directoryStore(directory)
let loaded: StudyData | undefined

/** Data and methods, loaded once. @throws FileError when they are no longer those of the plan */
async function plannedData(): Promise<StudyData> {
  if (loaded) return loaded
  const data = loadStudyData(config)
  if (dataFingerprint(data) !== facts.fingerprint) {
    throw new FileError(data.name, 'has changed since the study was planned; run the study again with these data')
  }
  return (loaded = { ...data, criteria: await plannedCriteria(facts.methods) })
}

async function execute(job: Job): Promise<StudyReply> {
  const begin = performance.now()
  try {
    await executeJob(config, await plannedData(), job, store, () => (performance.now() - begin) / 1000)
    return {}
  } catch (error) {
    return toReply(error, `${job.id}: `)
  }
}

parentPort?.on('message', (job: Job) => void execute(job).then((reply) => parentPort?.postMessage(reply)))
