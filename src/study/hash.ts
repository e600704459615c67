/** 64-bit FNV-1a of a text's UTF-16 units, as 16 hexadecimal digits: names results by what they depend on. */
export function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

/** A fingerprint of numbers, bit for bit: two independent 32-bit FNV-1a streams over their words. */
export function hashNumbers(values: Float64Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (const word of words) {
    a = Math.imul(a ^ word, 0x01000193)
    a ^= a >>> 15
    b = Math.imul(b ^ (word >>> 7) ^ (word << 25), 0x85ebca6b)
    b ^= b >>> 13
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('')
}
