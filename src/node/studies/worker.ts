import { hostname } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { executeJob, type StudyBench } from '../../study/execute-job.js'
import type { Job } from '../../study/job.js'
import type { StudyPlan } from '../../study/plan.js'
import { pinKernels, plannedData } from '../../study/prepare.js'
import type { BucketAddress } from './bucket/address.js'
import { openStudyStore } from './bucket/open.js'
import { loadStudySamples } from './data.js'
import { plannedModules } from './own-modules.js'
import { toReply, type StudyReply } from './reply.js'

/** What a worker is started with. */
export interface StudyWorkerData {
  readonly directory: string
  readonly plan: Pick<StudyPlan, 'config' | 'facts' | 'jobs'>
  /** Where results are kept; default: the folder. */
  readonly bucket?: BucketAddress | undefined
}

const { directory, plan, bucket } = workerData as StudyWorkerData
let bench: StudyBench | undefined

/** Data and modules, loaded once. @throws FileError when they are no longer those of the plan */
async function theBench(): Promise<StudyBench> {
  if (bench) return bench
  pinKernels(plan)
  const data = await plannedData(plan, loadStudySamples)
  const own = await plannedModules(plan.facts)
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
  return (bench = {
    config: plan.config,
    data: { ...data, own },
    jobs,
    store: (await openStudyStore(directory, bucket)).store,
    machine: hostname(),
    // Linux says it in KiB, and so does Node everywhere.
    peakMemory: () => 1024 * process.resourceUsage().maxRSS,
  })
}

async function execute(id: Job['id']): Promise<StudyReply> {
  try {
    await executeJob(await theBench(), id)
    return {}
  } catch (error) {
    return toReply(error, `${id}: `)
  }
}

parentPort?.on('message', (id: Job['id']) => void execute(id).then((reply) => parentPort?.postMessage(reply)))
