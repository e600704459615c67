import { setTimeout as pause } from 'node:timers/promises'
import { FileError } from '../../../data/file-error.js'
import type { Job, ResultRow } from '../../../study/job.js'
import type { StudyPlan } from '../../../study/plan.js'
import { decodeRows } from '../../../study/results-file.js'
import { followStudy, span, type StudyMoment } from '../../../study/watch.js'
import { readBytes } from '../../files/files.js'
import { openStudyStore } from '../bucket/open.js'
import type { BucketAddress } from '../bucket/address.js'
import { readFailures, type Failure } from '../failures.js'
import { machineSpeeds } from '../speeds.js'
import { agesOf } from './ages.js'
import { join } from 'node:path'

/** A machine whose results have come of late: since the watch began, or in the five minutes before. */
export interface WatchedMachine {
  readonly name: string
  readonly results: number
  /** Milliseconds since its last result was seen. */
  readonly silent: number
}

/** A process that takes jobs from a queue. */
export interface QueueProcess {
  /** Its machine and process. */
  readonly name: string
  /** Ids of the jobs that it is at. */
  readonly jobs: readonly string[]
}

/** What a queue says of a study. */
export interface WatchedQueue {
  /** Whether it has answered this time; the rest is what it last said. */
  readonly answers: boolean
  /** Processes that take jobs. */
  readonly workers: number
  readonly waiting: number
  readonly active: number
  readonly failed: number
  readonly processes: readonly QueueProcess[]
}

/** A study at one moment, as whoever watches sees it. */
export interface WatchedStudy extends StudyMoment {
  readonly title: string
  readonly failures: readonly Failure[]
  readonly machines: readonly WatchedMachine[]
  readonly queue?: WatchedQueue
  /** Rows of some of the results that have come, for pictures. */
  readonly rows: ReadonlyMap<string, readonly ResultRow[]>
}

export interface WatchOptions {
  /** Milliseconds between two looks. Default 2000. */
  readonly every?: number
  /** The bucket that keeps the results. Default: the folder. */
  readonly bucket?: BucketAddress | undefined
  /** Asks a queue who is at it. */
  readonly queue?: () => Promise<WatchedQueue>
  /** Jobs whose rows are given also where their results were there before the watch began. Default: none. */
  readonly wanted?: (job: Job) => boolean
  readonly signal?: AbortSignal
}

/** Results that are opened at one look; who gave the others stays unknown. */
const mostOpened = 100
/** Milliseconds after its last result for which a machine is shown. */
const memory = 600_000

/** A result's rows; undefined where it has vanished, or is not whole yet. */
async function rowsOf(directory: string, id: string): Promise<readonly ResultRow[] | undefined> {
  try {
    return await decodeRows(readBytes(join(directory, 'runs', `${id}.parquet`)))
  } catch {
    return undefined
  }
}

/**
 * Watches a study that others compute, until all of its results are there: looks into its folder again and again, and changes
 * nothing. That a result is there makes a job done; of results that come a few are opened, to say which machines are at it.
 *
 * @throws FileError when the bucket or the folder cannot be listed
 * @throws the signal's reason once it is aborted
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, watchStudy, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('study.yaml', `data: { source: data.npz, samples: 6 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`)
 * const plan = await prepareStudy('study.yaml')
 * await executeStudyIn('out', plan, { workers: 1 })
 * for await (const { done, total } of watchStudy('out', plan)) console.log(done === total) // true
 */
export async function* watchStudy(
  directory: string,
  { jobs, config, facts }: Pick<StudyPlan, 'jobs' | 'config' | 'facts'>,
  options: WatchOptions = {},
): AsyncGenerator<WatchedStudy, void, undefined> {
  const { every = 2000, bucket, queue, wanted, signal } = options
  const look = followStudy(jobs, machineSpeeds(facts.kernels))
  const machines = new Map<string, { results: number; at: number }>()
  const opened = await openStudyStore(directory, bucket)
  let there: ReadonlySet<string> | undefined
  let ages: ReadonlyMap<string, number> = new Map()
  /** Wanted, and not opened yet. */
  const unread = new Set(wanted ? jobs.flatMap((job) => (wanted(job) ? [job.id] : [])) : [])
  try {
    for (;;) {
      signal?.throwIfAborted()
      const isFirst: boolean = there === undefined
      try {
        there = await opened.store.list()
      } catch (error) {
        // A folder that was there and cannot be listed now: the next look may see it again.
        if (there === undefined || !(error instanceof FileError)) throw error
      }
      const now = Date.now()
      const clock = performance.now()
      if (isFirst && !bucket) {
        ages = await agesOf(directory, there, now)
        const young = [...ages].filter(([, age]) => age < span)
        const oldest = young.reduce((most, [, age]) => Math.max(most, age), 0)
        const younger = new Set(young.filter(([, age]) => age < oldest).map(([id]) => id))
        // As a look would have found it that long ago: the pace is known at once.
        if (oldest > 0) look(clock - oldest, new Set([...there].filter((id) => !younger.has(id))))
      }
      const moment = look(clock, there)
      const known = there
      const rows = new Map<string, readonly ResultRow[]>()
      const behind = [...unread].filter((id) => known.has(id))
      const read = new Set([...moment.fresh.map(({ id }) => id), ...behind].slice(0, mostOpened))
      const fresh = new Set(moment.fresh.map(({ id }) => id))
      for (const id of read) {
        const found = bucket ? undefined : await rowsOf(directory, id)
        // What is not whole yet is opened again, and at the end no more.
        if (found || moment.done === moment.total) unread.delete(id)
        if (!found) continue
        rows.set(id, found)
        const machine = found.find(({ record }) => record === 'job')?.['machine']
        if (typeof machine !== 'string' || !fresh.has(id)) continue
        const { results: earlier = 0, at = 0 } = machines.get(machine) ?? {}
        const age = isFirst ? (ages.get(id) ?? 0) : 0
        machines.set(machine, { results: earlier + 1, at: Math.max(at, now - age) })
      }
      yield {
        ...moment,
        title: config.title,
        failures: readFailures(directory).filter(({ job }) => !known.has(job)),
        machines: [...machines].flatMap(([name, { results, at }]) =>
          now - at <= memory ? [{ name, results, silent: now - at }] : [],
        ),
        ...(queue && { queue: await queue() }),
        rows,
      }
      if (moment.done === moment.total && behind.every((id) => !unread.has(id))) return
      await pause(every, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  } finally {
    opened.close()
  }
}
