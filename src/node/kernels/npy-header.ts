import { elementRules, type ElementType } from '../../data/elements.js'
import { FileError } from '../../data/file-error.js'
import { readNpyHeader, type NpyHeader } from '../../data/npy-header.js'
import type { OpenFile } from '../files/large-files.js'

/** Longest header looked at: NumPy reads none that is longer. */
const longest = 10_240

/** What can be read in pieces: floating-point numbers. */
const pieceTypes: readonly ElementType[] = ['f64', 'f32', 'f16']

/**
 * The header of a NumPy file of floating-point numbers in C order whose size is what its header says; undefined for any
 * other file. In a square matrix, which has to be symmetric, Fortran's order is as good.
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
  const { type, fortran, shape, start } = header
  const bytes = elementRules[type].size * shape.reduce((product, size) => product * size, 1)
  const inOrder = !fortran || shape.length === 2
  return pieceTypes.includes(type) && inOrder && file.size === start + bytes ? header : undefined
}
