import { FileError } from '../data/file-error.js'
import { readNpyHeader, type NpyHeader } from '../data/npy-header.js'
import type { OpenFile } from './large-files.js'

/** Longest header looked at: NumPy reads none that is longer. */
const longest = 10_240

/**
 * The header of a NumPy file of little-endian float64 in C order whose size is what its header says; undefined for any
 * other file.
 */
export function readPlainNpy(file: OpenFile, path: string): NpyHeader | undefined {
  const head = new Uint8Array(Math.min(longest, file.size))
  file.read(head, 0)
  let header: NpyHeader
  try {
    header = readNpyHeader(head, path)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
  const { type, littleEndian, fortran, shape, start } = header
  const bytes = 8 * shape.reduce((product, size) => product * size, 1)
  return type === 'f64' && littleEndian && !fortran && file.size === start + bytes ? header : undefined
}
