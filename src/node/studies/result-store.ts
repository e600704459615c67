import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { decodeNpz, encodeNpz } from '../../data/npz.js'
import { jobKinds } from '../../study/jobs.js'
import type { JobKinds } from '../../study/jobs/kind.js'
import { columnsOfTable } from '../../study/jobs/table.js'
import { isJobId, type Damage, type JobResult, type OpenResult, type ResultStore } from '../../study/job.js'
import { decodeRows, encodeRows } from '../../study/results-file.js'
import { pathKind, readBytes, writeAtomic } from '../files/files.js'
import { onDisk } from '../files/on-disk.js'
import { openStored } from './open-stored.js'
import { brokenSeal, openSeal, seal, sealKey } from './result-seal.js'

/** What helps where a result cannot be believed. */
const remedy = 'run the study again to compute it anew'

/** The error about a result that cannot be believed. */
export const damageError = ({ file, problem }: Damage): FileError => new FileError(file, `${problem}; ${remedy}`)

interface Part {
  readonly file: string
  readonly bytes: Uint8Array
}

/** Decodes a part whose bytes are those that were written. */
async function decode<Value>({ file, bytes }: Part, read: (bytes: Uint8Array) => Value | Promise<Value>) {
  try {
    return await read(bytes)
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(`${file}: `, '') : String(error)
    throw damageError({ file, problem: `is damaged (${problem})` })
  }
}

/**
 * Results as files: `runs/<id>.parquet` with the rows and `runs/<id>.npz` with the arrays. The Parquet file is written
 * last and by renaming, so its presence says that the whole result is there; its metadata hold checksums of both files and
 * the job's id, which are checked before anything is decoded.
 *
 * @example
 * import { directoryStore } from 'limn/node'
 *
 * const store = directoryStore('study')
 * console.log(await store.has('run-snip-d0.5-h2-w16-t0-0123456789ab')) // false
 */
export function directoryStore(directory: string, kinds: JobKinds = jobKinds): Required<ResultStore> {
  const columns = columnsOfTable(kinds)
  const place = (id: string, ending: 'parquet' | 'npz'): string => {
    if (!isJobId(id)) throw new RangeError(`directoryStore: expected the id of a job, got ${JSON.stringify(id)}`)
    return join(directory, 'runs', `${id}.${ending}`)
  }
  const part = (file: string): Part => ({ file, bytes: readBytes(file) })
  const parts = (id: string) => ({ table: part(place(id, 'parquet')), arrays: part(place(id, 'npz')) })
  function damageOf(id: string): Damage | undefined {
    try {
      const { table, arrays } = parts(id)
      return brokenSeal(id, table, arrays)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      return { file: error.file, problem: error.message.slice(error.file.length + 2) }
    }
  }
  function present(): ReadonlySet<string> {
    const folder = join(directory, 'runs')
    const names = new Set(pathKind(folder) === 'folder' ? onDisk(folder, () => readdirSync(folder)) : [])
    const ids = [...names].filter((name) => name.endsWith('.parquet')).map((name) => name.slice(0, -'.parquet'.length))
    return new Set(ids.filter((id) => isJobId(id) && names.has(`${id}.npz`)))
  }
  return {
    list: () => Promise.resolve(present()),
    remove(id) {
      onDisk(directory, () => rmSync(place(id, 'parquet'), { force: true }))
      return Promise.resolve()
    },
    has: (id) => Promise.resolve(existsSync(place(id, 'parquet')) && existsSync(place(id, 'npz'))),
    damage: (id) => Promise.resolve(damageOf(id)),
    async read(id): Promise<JobResult> {
      const { table, arrays } = parts(id)
      const broken = brokenSeal(id, table, arrays)
      if (broken) throw damageError(broken)
      return {
        rows: await decode(table, decodeRows),
        arrays: await decode(arrays, (bytes) => decodeNpz(bytes, arrays.file)),
      }
    },
    async open(id): Promise<OpenResult> {
      const { table, arrays } = parts(id)
      const broken = brokenSeal(id, table, arrays)
      if (broken) throw damageError(broken)
      return openStored(arrays.file, arrays.bytes, await decode(table, decodeRows))
    },
    write(id, result) {
      const arrays = encodeNpz(result.arrays)
      writeAtomic(place(id, 'npz'), arrays)
      writeAtomic(place(id, 'parquet'), seal(encodeRows(result.rows, columns, { [sealKey]: openSeal(id, arrays) })))
      return Promise.resolve()
    },
  }
}
