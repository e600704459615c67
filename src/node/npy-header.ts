import type { OpenFile } from './large-files.js'

/** Multiple to which the header is filled up. */
const unit = 64
/** Longest header looked at: larger ones are not written by NumPy for an array of numbers. */
const longest = 4096

/** The first bytes of a float64 array in C order as a NumPy file, version 1.0: as `encodeNpy` writes them. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const entries = `{'descr': '<f8', 'fortran_order': False, 'shape': (${tuple}), }`
  const length = Math.ceil((10 + entries.length + 1) / unit) * unit
  const text = `\x93NUMPY\x01\x00${String.fromCharCode((length - 10) & 255, (length - 10) >> 8)}${entries.padEnd(length - 11)}\n`
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/**
 * Shape and place of the entries in a NumPy file of little-endian float64 in C order whose size is what its header says;
 * undefined for any other file.
 */
export function readPlainNpy(
  file: OpenFile,
): { readonly shape: readonly number[]; readonly start: number } | undefined {
  const head = new Uint8Array(Math.min(longest, file.size))
  file.read(head, 0)
  const text = String.fromCharCode(...head)
  if (!text.startsWith('\x93NUMPY\x01')) return undefined
  const start = 10 + head[8] + 256 * head[9]
  const found = /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n$/.exec(
    text.slice(10, start),
  )
  if (!found) return undefined
  const shape = found[1]
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  const bytes = 8 * shape.reduce((product, size) => product * size, 1)
  return file.size === start + bytes ? { shape, start } : undefined
}
