const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/**
 * The checksum of ZIP and gzip (ITU-T V.42), as an unsigned 32-bit integer.
 *
 * @param before the checksum of the bytes that come before these
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let remainder = before ^ 0xffffffff
  for (let i = 0; i < bytes.length; i++) remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[i]) & 255]
  return (remainder ^ 0xffffffff) >>> 0
}
