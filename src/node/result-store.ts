import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FileError } from '../data/file-error.js'
import { decodeNpz, encodeNpz } from '../data/npz.js'
import type { JobResult, ResultStore } from '../study/job.js'
import { decodeRows, encodeRows } from '../study/results-file.js'
import { readBytes, writeAtomic } from './files.js'

/** Reads a part of a result; whatever is wrong with it, computing it anew helps. */
async function readPart<Part>(file: string, read: (bytes: Uint8Array) => Part | Promise<Part>): Promise<Part> {
  const bytes = readBytes(file)
  try {
    return await read(bytes)
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(`${file}: `, '') : String(error)
    throw new FileError(file, `is damaged (${problem}); delete it to compute it anew`)
  }
}

/**
 * Results as files: `runs/<id>.parquet` with the rows and `runs/<id>.npz` with the arrays. The Parquet file is written
 * last and by renaming, so its presence says that the whole result is there.
 */
export function directoryStore(directory: string): ResultStore {
  const table = (id: string) => join(directory, 'runs', `${id}.parquet`)
  const arrays = (id: string) => join(directory, 'runs', `${id}.npz`)
  return {
    has: (id) => existsSync(table(id)) && existsSync(arrays(id)),
    async read(id): Promise<JobResult> {
      return {
        rows: await readPart(table(id), decodeRows),
        arrays: await readPart(arrays(id), (bytes) => decodeNpz(bytes, arrays(id))),
      }
    },
    write(id, result) {
      writeAtomic(arrays(id), encodeNpz(result.arrays))
      writeAtomic(table(id), encodeRows(result.rows))
      return Promise.resolve()
    },
  }
}
