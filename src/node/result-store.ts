import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { decodeNpz, encodeNpz } from '../data/npz.js'
import type { JobResult, ResultStore } from '../study/job.js'
import { decodeRows, encodeRows } from '../study/results-file.js'
import { readBytes, writeAtomic } from './files.js'

/**
 * Results as files: `runs/<id>.parquet` with the rows and `runs/<id>.npz` with the arrays. The Parquet file is written
 * last and by renaming, so its presence says that the whole result is there.
 */
export function directoryStore(directory: string): ResultStore {
  const table = (id: string) => join(directory, 'runs', `${id}.parquet`)
  const arrays = (id: string) => join(directory, 'runs', `${id}.npz`)
  return {
    has: (id) => existsSync(table(id)),
    async read(id): Promise<JobResult> {
      const rows = await decodeRows(readBytes(table(id)))
      return { rows, arrays: decodeNpz(readBytes(arrays(id)), arrays(id)) }
    },
    write(id, result) {
      writeAtomic(arrays(id), encodeNpz(result.arrays))
      writeAtomic(table(id), encodeRows(result.rows))
      return Promise.resolve()
    },
  }
}
