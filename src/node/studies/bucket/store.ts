import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { jobKinds } from '../../../study/jobs.js'
import type { JobKinds } from '../../../study/jobs/kind.js'
import { isJobId, type Damage, type ResultStore } from '../../../study/job.js'
import { readBytes, writeAtomic } from '../../files/files.js'
import { onDisk } from '../../files/on-disk.js'
import { directoryStore } from '../result-store.js'
import type { Bucket } from './bucket.js'

/** A store in a bucket, of whose results a folder holds copies. */
export interface BucketStore extends Required<ResultStore> {
  /**
   * Brings results that the bucket has and the folder lacks into the folder, several at once, and the other way round; of
   * all others nothing.
   *
   * @returns how many came and how many went
   */
  sync(ids: readonly string[], signal?: AbortSignal): Promise<{ readonly came: number; readonly went: number }>
}

/** Results that are brought at once. */
const atOnce = 16

/**
 * Results as objects `runs/<id>.npz` and `runs/<id>.parquet`, the same bytes as in a folder: the table is put last, so that its
 * presence says that the whole result is there. What is read is first copied into a folder of this machine, checked by its
 * checksums, and read from there; what is written is written there too.
 */
export function bucketStore(bucket: Bucket, directory: string, kinds: JobKinds = jobKinds): BucketStore {
  const folder = directoryStore(directory, kinds)
  const keyOf = (id: string, ending: 'npz' | 'parquet'): string => {
    if (!isJobId(id)) throw new RangeError(`bucketStore: expected the id of a job, got ${JSON.stringify(id)}`)
    return `runs/${id}.${ending}`
  }
  const fileOf = (id: string, ending: 'npz' | 'parquet'): string => join(directory, 'runs', `${id}.${ending}`)

  const isWholeHere = async (id: string): Promise<boolean> =>
    (await folder.has(id)) && (await folder.damage(id)) === undefined

  /** Copies both objects of a result, the table last. */
  async function bring(id: string): Promise<Damage | undefined> {
    const [arrays, table] = await Promise.all([bucket.get(keyOf(id, 'npz')), bucket.get(keyOf(id, 'parquet'))])
    const missing = !arrays ? 'npz' : !table ? 'parquet' : undefined
    if (!arrays || !table) return { file: `${bucket.shown}/${keyOf(id, missing!)}`, problem: 'is missing' }
    onDisk(directory, () => rmSync(fileOf(id, 'parquet'), { force: true }))
    writeAtomic(fileOf(id, 'npz'), arrays)
    writeAtomic(fileOf(id, 'parquet'), table)
    const damage = await folder.damage(id)
    if (!damage) return undefined
    await folder.remove(id)
    return { ...damage, file: `${bucket.shown}/${damage.file.slice(directory.length + 1)}` }
  }

  /** Bytes of objects, from the latest look at all of them. */
  let seen = new Map<string, number>()

  async function send(id: string): Promise<void> {
    for (const ending of ['npz', 'parquet'] as const) {
      const bytes = readBytes(fileOf(id, ending))
      await bucket.put(keyOf(id, ending), bytes)
      seen.set(keyOf(id, ending), bytes.length)
    }
  }

  /** Whether the copy here has the sizes of the objects. */
  async function isAlike(id: string): Promise<boolean> {
    for (const ending of ['npz', 'parquet'] as const) {
      const key = keyOf(id, ending)
      if ((seen.get(key) ?? (await bucket.size(key))) !== statSync(fileOf(id, ending)).size) return false
    }
    return true
  }

  async function requireHere(id: string): Promise<void> {
    if (await isWholeHere(id)) return
    const damage = await bring(id)
    if (damage) throw new Error(`${damage.file}: ${damage.problem}; run the study again to compute it anew`)
  }

  async function present(): Promise<ReadonlySet<string>> {
    const sizes = (seen = new Map(await bucket.sizes('runs/')))
    const ids = [...sizes.keys()].flatMap((key) => /^runs\/(.*)\.parquet$/.exec(key)?.[1] ?? [])
    return new Set(ids.filter((id) => isJobId(id) && sizes.has(keyOf(id, 'npz'))))
  }

  return {
    list: present,
    async has(id) {
      const sizes = await Promise.all([bucket.size(keyOf(id, 'parquet')), bucket.size(keyOf(id, 'npz'))])
      return sizes.every((size) => size !== undefined)
    },
    async damage(id) {
      return (await isWholeHere(id)) && (await isAlike(id)) ? undefined : bring(id)
    },
    async read(id) {
      await requireHere(id)
      return folder.read(id)
    },
    async open(id) {
      await requireHere(id)
      return folder.open(id)
    },
    async write(id, result) {
      await folder.write(id, result)
      await send(id)
    },
    async remove(id) {
      await bucket.remove(keyOf(id, 'parquet'))
      await folder.remove(id)
    },
    async sync(ids, signal) {
      const there = await present()
      const left = [...ids]
      let [came, went] = [0, 0]
      const one = async (): Promise<void> => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          signal?.throwIfAborted()
          const here = await isWholeHere(id)
          // What is damaged in the bucket is said when it is asked for.
          if (there.has(id) && !here && (await bring(id)) === undefined) came++
          if (!there.has(id) && here) {
            await send(id)
            went++
          }
        }
      }
      await Promise.all(Array.from({ length: atOnce }, one))
      return { came, went }
    },
  }
}
