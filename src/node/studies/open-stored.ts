import { FileError } from '../../data/file-error.js'
import { readNpyHeader } from '../../data/npy-header.js'
import { readZip } from '../../data/zip.js'
import type { OpenResult, ResultRow } from '../../study/job.js'
import { openFile } from '../files/large-files.js'

const suffix = '.npy'

/**
 * The arrays of a result's archive as they are in the file: little-endian f64, uncompressed.
 *
 * @param bytes of the whole file, which have been checked
 * @throws FileError naming the array that is stored otherwise
 */
export function openStored(file: string, bytes: Uint8Array, rows: readonly ResultRow[]): OpenResult {
  const places = readZip(bytes, file).map(({ name, unpackStart, size }) => {
    const key = name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
    // Stored contents are a view of the archive.
    const contents = unpackStart(size, false)
    const { type, littleEndian, fortran, shape, start } = readNpyHeader(contents, file)
    if (contents.buffer !== bytes.buffer || type !== 'f64' || !littleEndian || (fortran && shape.length > 1)) {
      throw new FileError(file, `expected uncompressed little-endian f64 in rows, got ${type}`, key)
    }
    return { key, shape, at: contents.byteOffset - bytes.byteOffset + start }
  })
  const opened = openFile(file)
  const arrays = places.map(({ key, shape, at }) => {
    const read = (into: Float64Array, from: number): void =>
      opened.read(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), at + 8 * from)
    return [key, { shape, read }] as const
  })
  return { rows, arrays: new Map(arrays), close: () => opened.close() }
}
