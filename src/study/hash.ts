import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** The first 16 hexadecimal digits of the SHA-256 of a text: names results by what they depend on. */
export const hashText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16)

/** A fingerprint of numbers, bit for bit: the first 16 hexadecimal digits of the SHA-256 of their bytes. */
export function hashNumbers({ buffer, byteOffset, byteLength }: Float64Array): string {
  return bytesToHex(sha256(new Uint8Array(buffer, byteOffset, byteLength))).slice(0, 16)
}
