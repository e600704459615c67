import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.js'
import type { Tensor } from '../../src/data/tensor.js'
import { anyTensors, expectFileError, fixture, joined, utf8 } from './helpers.js'

/** A file with any header text. */
function safetensors(header: string, dataBytes = 0, length = utf8(header).length): Uint8Array {
  const start = new Uint8Array(8)
  new DataView(start.buffer).setBigUint64(0, BigInt(length), true)
  return joined(start, utf8(header), new Uint8Array(dataBytes))
}

const entry = (dtype: unknown, shape: unknown, offsets: unknown) =>
  JSON.stringify({ a: { dtype, shape, data_offsets: offsets } })

const mask: Tensor = { shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }
const weight: Tensor = { shape: [2], data: Float32Array.of(0.5, -2) }
const small = encodeSafetensors(
  new Map([
    ['m', mask],
    ['w', weight],
  ]),
  { method: 'snip' },
)

describe('safetensors', () => {
  it('reads back what it writes: tensors in their order, and metadata', () => {
    fc.assert(
      fc.property(
        anyTensors,
        fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 3 }),
        (tensors, metadata) => {
          const read = decodeSafetensors(encodeSafetensors(tensors, metadata), 'a.safetensors')
          expect(read.tensors).toEqual(tensors)
          expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata))
          const withData = (all: Iterable<[string, Tensor]>) =>
            [...all].filter(([, { data }]) => data.length > 0).map(([key]) => key)
          expect(withData(read.tensors)).toEqual(withData(tensors))
        },
      ),
      { seed: 13 },
    )
  })

  it('starts the data at a multiple of 8 bytes, whatever the keys', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        const bytes = encodeSafetensors(tensors)
        expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0)
      }),
      { seed: 14 },
    )
  })

  it('reads what the reference writer wrote', () => {
    const { tensors, metadata } = decodeSafetensors(fixture('reference.safetensors'), 'r.safetensors')
    expect(metadata).toEqual({ method: 'snip', density: '0.2' })
    expect(tensors.get('bool')).toEqual({ shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) })
    expect(tensors.get('u1')).toEqual({ shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) })
    expect(tensors.get('i2')?.data).toEqual(Int16Array.of(-32768, 258))
    expect(tensors.get('i8')?.data).toEqual(Float64Array.of(-(2 ** 53), 3))
    expect(tensors.get('f2')?.data.subarray(2, 6)).toEqual(Float32Array.of(1, -2.5, 65504, 2 ** -24))
    expect(tensors.get('f8')?.data).toEqual(Float64Array.of(1 / 3, 1e300))
    expect(tensors.get('empty')).toEqual({ shape: [0, 3], data: new Float64Array() })
  })

  it('reads bfloat16 as the upper half of float32', () => {
    const bytes = safetensors(entry('BF16', [3], [0, 6]), 6)
    const halves = Float32Array.of(1, -0.15625, Infinity)
    new Uint8Array(halves.buffer).forEach((byte, i) => {
      if (i % 4 >= 2) bytes[bytes.length - 6 + Math.floor(i / 4) * 2 + (i % 2)] = byte
    })
    expect(decodeSafetensors(bytes, 'a').tensors.get('a')?.data).toEqual(halves)
  })

  it('writes masks as BOOL when asked, and refuses that of anything else', () => {
    const bytes = encodeSafetensors(new Map([['m', mask]]), {}, { bool: ['m'] })
    expect(new TextDecoder().decode(bytes)).toContain('"dtype":"BOOL"')
    expect(decodeSafetensors(bytes, 'a').tensors.get('m')).toEqual(mask)
    const two: Tensor = { shape: [1], data: Uint8Array.of(2) }
    expect(() => encodeSafetensors(new Map([['m', two]]), {}, { bool: ['m'] })).toThrow(RangeError)
    expect(() => encodeSafetensors(new Map([['w', weight]]), {}, { bool: ['w'] })).toThrow(RangeError)
    expect(() => encodeSafetensors(new Map([['w', weight]]), {}, { bool: ['m'] })).toThrow(RangeError)
    expect(() => encodeSafetensors(new Map([['__metadata__', weight]]))).toThrow(RangeError)
    expect(() => encodeSafetensors(new Map([['w', { ...weight, shape: [3] }]]))).toThrow(RangeError)
  })

  it('refuses every proper beginning of a file, and a file with more behind it', () => {
    for (let length = 0; length < small.length; length++) {
      const read = () => decodeSafetensors(small.subarray(0, length), 'cut.safetensors')
      expect(read).toThrow(/^cut\.safetensors: /)
      expect(read).toThrow(expect.objectContaining({ name: 'FileError' }))
    }
    const more = joined(small, Uint8Array.of(0))
    expectFileError(() => decodeSafetensors(more, 'a'), 'a', /expected 12 bytes of data after the header, got 13/)
  })

  it.each([
    [
      'a header longer than the format allows',
      safetensors('{}', 0, 2 ** 40),
      /at most 100000000 bytes, got 1099511627776/,
    ],
    [
      'more tensors than any network has',
      safetensors(`{${Array.from({ length: 100_001 }, (_, i) => `"${i}":0`).join()}}`),
      /at most 100000 keys/,
    ],
    ['a header nested deeper than entries are', safetensors('{"a":'.repeat(1000)), /at most 3 levels/],
    ['a header longer than the file', safetensors('{}', 0, 3), /a header of 3 bytes, got 2/],
    ['a header that is not JSON', safetensors('{"a":'), /JSON header/],
    ['a header that is not UTF-8', joined(safetensors('', 0, 1), Uint8Array.of(0xff)), /JSON header/],
    ['a header that is a list', safetensors('[]'), /JSON object/],
    ['an empty file', new Uint8Array(), /an empty one/],
    ['text', utf8('hello, this is no tensor'), /not safetensors/],
    [
      'a key twice',
      safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{}}'),
      /"a" is there twice/,
    ],
    [
      'a field twice',
      safetensors('{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'),
      /"dtype" is there twice/,
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expectFileError(() => decodeSafetensors(bytes, 'bad.safetensors'), 'bad.safetensors', problem)
  })

  it.each([
    ['2^40 elements', entry('F64', [2 ** 40], [0, 2 ** 43]), /within 8 bytes, got an end at 8796093022208/],
    ['2^40 elements in 8 bytes', entry('F64', [2 ** 40], [0, 8]), /expected 8796093022208 bytes .* got 8/],
    ['a product beyond all integers', entry('U8', [2 ** 40, 2 ** 40], [0, 8]), /fewer than 2\^53/],
    ['a negative dimension', entry('U8', [-8], [0, 8]), /shape of non-negative integers, got \[-8\]/],
    ['a fractional dimension', entry('U8', [1.5], [0, 8]), /shape of non-negative integers/],
    ['an infinite dimension', '{"a":{"dtype":"U8","shape":[1e999],"data_offsets":[0,8]}}', /shape of non-negative/],
    ['no shape', entry('U8', undefined, [0, 8]), /shape of non-negative integers, got none/],
    ['an unknown dtype', entry('F8_E4M3', [8], [0, 8]), /dtype of BOOL, .* got "F8_E4M3"/],
    ['an inherited dtype', entry('constructor', [8], [0, 8]), /dtype of BOOL/],
    ['no dtype', entry(undefined, [8], [0, 8]), /dtype of BOOL, .* got none/],
    ['offsets in the wrong order', entry('U8', [8], [8, 0]), /data_offsets/],
    ['three offsets', entry('U8', [8], [0, 4, 8]), /data_offsets/],
    ['no offsets', entry('U8', [8], undefined), /data_offsets/],
    ['a hole before the data', entry('U8', [7], [1, 8]), /from byte 0 on .*, got 1/],
    ['data beyond the file', entry('U8', [9], [0, 9]), /within 8 bytes/],
    ['the wrong size', entry('F32', [1], [0, 8]), /expected 4 bytes of data for shape \[1\], got 8/],
    ['a number instead of an entry', '{"a":5}', /dtype/],
    ['booleans other than 0 and 1', entry('BOOL', [8], [0, 8]), /booleans 0 or 1, got 2 at element 7/],
    ['integers beyond 2^53', entry('U64', [1], [0, 8]), /2\^53/],
  ])('refuses %s and names the key', (_, header, problem) => {
    const bytes = safetensors(header, 8)
    bytes[bytes.length - 1] = 2
    expectFileError(() => decodeSafetensors(bytes, 'bad.safetensors'), 'bad.safetensors', problem, 'a')
  })

  it('refuses tensors that overlap or leave a hole between them', () => {
    const two = (begin: number) =>
      safetensors(
        JSON.stringify({
          b: { dtype: 'U8', shape: [4], data_offsets: [begin, begin + 4] },
          a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] },
        }),
        begin + 4,
      )
    expect([...decodeSafetensors(two(4), 'a').tensors.keys()]).toEqual(['a', 'b'])
    expectFileError(() => decodeSafetensors(two(3), 'a'), 'a', /from byte 4 on .*, got 3/, 'b')
    expectFileError(() => decodeSafetensors(two(5), 'a'), 'a', /from byte 4 on .*, got 5/, 'b')
  })

  it('refuses metadata that is not text', () => {
    const number = safetensors('{"__metadata__":{"density":0.2}}')
    expectFileError(() => decodeSafetensors(number, 'a'), 'a', /a text as density, got number/, '__metadata__')
    expectFileError(
      () => decodeSafetensors(safetensors('{"__metadata__":[]}'), 'a'),
      'a',
      /object of texts/,
      '__metadata__',
    )
  })
})
