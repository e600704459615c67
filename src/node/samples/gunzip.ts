import { gunzipSync } from 'node:zlib'
import { FileError } from '../../data/file-error.js'
import { sourceOf } from '../../data/byte-source.js'
import { inflateStart } from '../../data/inflate-start.js'

/** Deflate cannot shrink by more. */
const deflateLimit = 1032

/** Bytes that the trailer announces. @throws FileError when the file is no gzip, or so few bytes cannot keep the promise */
export function gunzippedSize(bytes: Uint8Array, file: string): number {
  if (!(bytes.length >= 18 && bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    throw new FileError(file, 'expected a gzip file, got something else')
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4, true)
  if (!(size <= deflateLimit * bytes.length)) {
    throw new FileError(file, `expected at most ${deflateLimit * bytes.length} bytes unpacked, got ${size} announced`)
  }
  return size
}

const damaged = (file: string, size: number): FileError =>
  new FileError(file, `expected gzip contents of ${size} bytes, got damaged or longer ones`)

/**
 * Unpacks a gzip file of one member. Takes no more memory than its trailer announces, and refuses an announcement that
 * so few bytes cannot keep.
 *
 * @throws FileError when the file is not gzip, damaged, or larger than announced
 */
export function gunzip(bytes: Uint8Array, file: string): Uint8Array {
  const size = gunzippedSize(bytes, file)
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: Math.max(size, 1) })
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength)
  } catch {
    throw damaged(file, size)
  }
}

/** Where the deflated contents begin: after ten bytes, and what their flags announce (RFC 1952). */
function contentsStart(bytes: Uint8Array): number {
  const flags = bytes[3]
  let at = 10
  if (flags & 4) at += 2 + bytes[at] + 256 * bytes[at + 1]
  for (const named of [8, 16]) if (flags & named) at = bytes.indexOf(0, at) + 1 || bytes.length
  return flags & 2 ? at + 2 : at
}

/**
 * The first bytes of a gzip file's contents, in no more memory than they take.
 *
 * @param whole whether all contents are checked against the trailer's length and checksum; else nothing beyond is looked at
 * @throws FileError as {@link gunzip}
 */
export function gunzipStart(bytes: Uint8Array, file: string, count: number, whole: boolean): Uint8Array {
  const size = gunzippedSize(bytes, file)
  const end = bytes.length - 8
  let found
  try {
    found = inflateStart(sourceOf(bytes.subarray(contentsStart(bytes), end)), Math.min(count, size), whole)
  } catch {
    throw damaged(file, size)
  }
  const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(end, true)
  if (whole && !(found.length === size && found.crc === crc)) throw damaged(file, size)
  return found.start
}
