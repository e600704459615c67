/** How many bytes a step takes. */
const stride = 8

/** `tables[k · 256 + b]`: the remainder of a byte b that k zero bytes follow. */
const tables = new Int32Array(stride * 256)
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  tables[byte] = remainder
}
for (let at = 256; at < tables.length; at++) {
  const before = tables[at - 256]
  tables[at] = (before >>> 8) ^ tables[before & 255]
}

/**
 * The checksum of ZIP and gzip (ITU-T V.42), as an unsigned 32-bit integer; eight bytes at a time (Kounavis and Berry 2008).
 *
 * @param before the checksum of the bytes that come before these
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let remainder = before ^ 0xffffffff
  let i = 0
  for (const end = bytes.length - stride; i <= end; i += stride) {
    remainder ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    remainder =
      tables[1792 + (remainder & 255)] ^
      tables[1536 + ((remainder >>> 8) & 255)] ^
      tables[1280 + ((remainder >>> 16) & 255)] ^
      tables[1024 + (remainder >>> 24)] ^
      tables[768 + bytes[i + 4]] ^
      tables[512 + bytes[i + 5]] ^
      tables[256 + bytes[i + 6]] ^
      tables[bytes[i + 7]]
  }
  for (; i < bytes.length; i++) remainder = (remainder >>> 8) ^ tables[(remainder ^ bytes[i]) & 255]
  return (remainder ^ 0xffffffff) >>> 0
}
