import { gunzipSync } from 'node:zlib'
import { FileError } from '../data/file-error.js'

/** Deflate cannot shrink by more. */
const deflateLimit = 1032

/**
 * Unpacks a gzip file of one member. Takes no more memory than its trailer announces, and refuses an announcement that
 * so few bytes cannot keep.
 *
 * @throws FileError when the file is not gzip, damaged, or larger than announced
 */
export function gunzip(bytes: Uint8Array, file: string): Uint8Array {
  if (!(bytes.length >= 18 && bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    throw new FileError(file, 'expected a gzip file, got something else')
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4, true)
  if (!(size <= deflateLimit * bytes.length)) {
    throw new FileError(file, `expected at most ${deflateLimit * bytes.length} bytes unpacked, got ${size} announced`)
  }
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: Math.max(size, 1) })
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength)
  } catch {
    throw new FileError(file, `expected gzip contents of ${size} bytes, got damaged or longer ones`)
  }
}
