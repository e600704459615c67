import { Inflate } from 'fflate'
import type { ByteSource } from './byte-source.js'
import { crc32 } from './crc32.js'

/** Deflated bytes that are unpacked at a time: at most 17 MB come of them. */
const step = 16_384

/** The beginning of deflated contents, and what is said of all of them. */
export interface InflatedStart {
  readonly start: Uint8Array
  /** Length and checksum of all that was unpacked. */
  readonly length: number
  readonly crc: number
}

/**
 * Unpacks deflated contents to their end without ever holding them: only the first bytes are kept.
 *
 * @param keep bytes to keep
 * @param whole whether all contents are looked at, for their length and checksum, or only as far as `keep` reaches
 * @throws Error when the contents are damaged
 */
export function inflateStart(deflated: ByteSource, keep: number, whole: boolean): InflatedStart {
  const start = new Uint8Array(keep)
  let [length, crc] = [0, 0]
  const stream = new Inflate((bytes) => {
    if (length < keep) start.set(bytes.subarray(0, keep - length), length)
    length += bytes.length
    if (whole) crc = crc32(bytes, crc)
  })
  for (let at = 0; at < deflated.size && (whole || length < keep); at += step) {
    stream.push(deflated.read(at, Math.min(deflated.size, at + step)), at + step >= deflated.size)
  }
  return { start: start.subarray(0, Math.min(keep, length)), length, crc }
}
