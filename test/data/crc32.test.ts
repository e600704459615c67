import { describe, expect, it } from 'vitest'
import { crc32 } from '../../src/data/crc32.js'
import { randomStream } from '../../src/random/random.js'

/** The checksum by its definition: the remainder of a polynomial over GF(2), bit by bit. */
function byDefinition(bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (const byte of bytes) {
    remainder ^= byte
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  }
  return (remainder ^ 0xffffffff) >>> 0
}

const random = randomStream(1, 'bytes')
const bytes = Uint8Array.from({ length: 100 }, () => random.below(256))

describe('crc32', () => {
  it('has the check value of its catalogue entry', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  it('is the remainder by definition, for every length and place', () => {
    for (let first = 0; first < 9; first++) {
      for (let end = first; end <= 50; end++) {
        const part = bytes.subarray(first, end)
        expect(crc32(part)).toBe(byDefinition(part))
      }
    }
  })

  it('goes on with the checksum of what came before', () => {
    for (const cut of [0, 1, 8, 37, 100]) {
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes))
    }
  })
})
