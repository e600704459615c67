import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIdx } from '../../src/data/idx.js'
import { expectFileError, idx, idxWriters, utf8 } from './helpers.js'
import type { IdxType } from './helpers.js'

const types = Object.keys(idxWriters).map(Number) as IdxType[]

describe('idx', () => {
  it('reads every element type at every shape', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 127 })),
        (type, shape, stream) => {
          const values = [...stream.take(shape.reduce((product, dimension) => product * dimension, 1))]
          const tensor = decodeIdx(idx(type, shape, values), 'a')
          expect(tensor.shape).toEqual(shape)
          expect(Array.from(tensor.data)).toEqual(values)
        },
      ),
      { seed: 15 },
    )
  })

  it('keeps signs and fractions', () => {
    expect(decodeIdx(idx(0x0b, [1], [-2]), 'a').data).toEqual(Int16Array.of(-2))
    expect(decodeIdx(idx(0x0e, [1], [1 / 3]), 'a').data).toEqual(Float64Array.of(1 / 3))
  })

  it('refuses every proper beginning of a file, and a file with more behind it', () => {
    const bytes = idx(0x08, [2, 3], [1, 2, 3, 4, 5, 6])
    for (let length = 0; length < bytes.length; length++) {
      expectFileError(() => decodeIdx(bytes.subarray(0, length), 'cut'), 'cut', /expected/)
    }
    expectFileError(() => decodeIdx(idx(0x08, [1], [1, 2]), 'a'), 'a', /expected 1 bytes of data .* got 2/)
  })

  it.each([
    ['dimensions of 2^40 elements', idx(0x0e, [2 ** 20, 2 ** 20], [1]), /expected 8796093022208 bytes .* got 8/],
    ['dimensions beyond all integers', idx(0x08, [2 ** 31, 2 ** 31], [1]), /fewer than 2\^53/],
    ['255 dimensions', Uint8Array.of(0, 0, 8, 255, 0, 0), /255 dimensions/],
    ['an unknown type', Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), /00 00 07 01/],
    ['text', utf8('hello'), /68 65 6c 6c/],
    ['an empty file', new Uint8Array(), /an empty one/],
  ])('refuses %s', (_, bytes, problem) => {
    expectFileError(() => decodeIdx(bytes, 'bad'), 'bad', problem)
  })
})
