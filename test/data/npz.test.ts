import { zipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../src/data/npy.js'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import type { Tensor } from '../../src/data/tensor.js'
import { anyTensors, expectFileError, fixture, joined, utf8 } from './helpers.js'

interface Expected {
  readonly [key: string]: { readonly shape: number[]; readonly values: (number | string)[] }
}

const expected = JSON.parse(new TextDecoder().decode(fixture('expected.json'))) as Expected

const vector: Tensor = { shape: [3], data: Float64Array.of(1, 2, 3) }
const small = encodeNpz(new Map([['x', vector]]))
const zeros = zipSync({ 'x.npy': encodeNpy({ shape: [1000], data: new Float64Array(1000) }) }, { level: 9 })

/** Where the record of the central directory starts, in an archive of one file without comment. */
const central = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 6, true)

function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  new DataView(copy.buffer).setUint32(at, value, true)
  return copy
}

describe('npz', () => {
  it('reads back what it writes, in the same order', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        expect([...decodeNpz(encodeNpz(tensors), 'a.npz')]).toEqual([...tensors])
      }),
      { seed: 12 },
    )
  })

  it('writes bytes that depend on the tensors alone, not on the time zone or the day', () => {
    const before = process.env.TZ
    process.env.TZ = 'Asia/Tokyo'
    const elsewhere = encodeNpz(new Map([['x', vector]]))
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
    expect(elsewhere).toEqual(small)
  })

  it.each(['savez.npz', 'savez_compressed.npz'])('reads every element type that NumPy wrote to %s', (name) => {
    const tensors = decodeNpz(fixture(name), name)
    expect([...tensors.keys()]).toEqual(Object.keys(expected))
    for (const [key, { shape, data }] of tensors) {
      expect(shape, key).toEqual(expected[key].shape)
      expect(Array.from(data, Number), key).toEqual(
        expected[key].values.map((value) =>
          typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : value,
        ),
      )
    }
  })

  it('reads archives written to a pipe, whose sizes stand behind the contents', () => {
    expect(decodeNpz(fixture('streamed.npz'), 'a.npz').get('x')?.data).toEqual(Float64Array.of(0, 1, 2, 3, 4, 5))
  })

  it('reads archives that keep every size and offset in ZIP64 fields', () => {
    const tensors = decodeNpz(fixture('zip64.npz'), 'a.npz')
    expect(tensors.get('x')).toEqual({ shape: [50, 3], data: new Float64Array(150).fill(1) })
    expect(tensors.get('y')?.data[49]).toBe(49)
  })

  it('leaves arrays alone that are not asked for, whatever they are', () => {
    const bytes = zipSync({ 'x.npy': encodeNpy(vector), 'names.npy': fixture('strings.npy'), 'notes.txt': utf8('hi') })
    expect([...decodeNpz(bytes, 'a.npz', ['x', 'y'])]).toEqual([['x', vector]])
    expectFileError(() => decodeNpz(bytes, 'a.npz'), 'a.npz', /names that end in \.npy/, 'notes.txt')
    expectFileError(() => decodeNpz(bytes, 'a.npz', ['names']), 'a.npz', /dtype '<U2'/, 'names')
  })

  it.each(['savez_compressed.npz', 'streamed.npz', 'zip64.npz'])('refuses every proper beginning of %s', (name) => {
    const whole = fixture(name)
    for (let length = 0; length < whole.length; length += length < whole.length - 400 ? 13 : 1) {
      expectFileError(() => decodeNpz(whole.subarray(0, length), 'cut.npz'), 'cut.npz', /expected/)
    }
  })

  it('answers damage to any byte with the same tensors or with a FileError, never with other numbers', () => {
    for (const whole of [small, zeros, fixture('zip64.npz')]) {
      const tensors = [...decodeNpz(whole, 'a.npz')]
      for (let at = 0; at < whole.length; at++) {
        let result: unknown
        try {
          result = [...decodeNpz(whole.with(at, whole[at] ^ 0xff), 'a.npz')]
        } catch (error) {
          expect(error).toHaveProperty('name', 'FileError')
          continue
        }
        // Names are not under the checksum.
        expect((result as typeof tensors).map(([, tensor]) => tensor)).toEqual(tensors.map(([, tensor]) => tensor))
      }
    }
  })

  it('refuses an unpacked size that deflate cannot reach, without taking the memory', () => {
    const bytes = patched(zeros, central(zeros) + 24, 0xfffffffe)
    expectFileError(() => decodeNpz(bytes, 'bomb.npz'), 'bomb.npz', /expected at most .* got 4294967294/, 'x.npy')
  })

  it.each([-1, 1])('refuses contents that differ by %i byte from their announced size', (change) => {
    const bytes = patched(zeros, central(zeros) + 24, 8128 + change)
    expectFileError(() => decodeNpz(bytes, 'a.npz'), 'a.npz', /expected .*bytes/, 'x.npy')
  })

  it('refuses an array whose own header promises more than the archive holds', () => {
    const array = encodeNpy(vector)
    const lying = joined(
      array.subarray(0, 10),
      utf8("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,)}"),
    )
    const bytes = zipSync({ 'x.npy': joined(lying, new Uint8Array(200).fill(32)).subarray(0, array.length) })
    expectFileError(() => decodeNpz(bytes, 'a.npz'), 'a.npz', /expected 8796093022208 bytes of data/, 'x')
  })

  it('refuses a name that is there twice, contents that are shared, and passwords', () => {
    const two = zipSync({ 'a.npy': encodeNpy(vector), 'b.npy': encodeNpy(vector) }, { level: 0 })
    const text = new TextDecoder('latin1').decode(two)
    const twice = two.with(text.lastIndexOf('b.npy'), 'a'.charCodeAt(0))
    expectFileError(() => decodeNpz(twice, 'a.npz'), 'a.npz', /each name once/, 'a.npy')

    const start = text.indexOf('PK\u0001\u0002')
    const shared = patched(patched(two, start + 20, start), start + 24, start)
    expectFileError(() => decodeNpz(shared, 'a.npz'), 'a.npz', /bytes of contents, got more/, 'b.npy')

    const locked = small.with(central(small) + 8, 1)
    expectFileError(() => decodeNpz(locked, 'a.npz'), 'a.npz', /without password/, 'x.npy')
  })

  it('refuses text, other compression methods and files that are not arrays', () => {
    expectFileError(() => decodeNpz(utf8('x'.repeat(100)), 'a.npz'), 'a.npz', /expected a ZIP archive/)
    const method = small.with(central(small) + 10, 12)
    expectFileError(() => decodeNpz(method, 'a.npz'), 'a.npz', /compression method 12/, 'x.npy')
    const other = zipSync({ 'readme.txt': utf8('hello') })
    expectFileError(() => decodeNpz(other, 'a.npz'), 'a.npz', /names that end in \.npy/, 'readme.txt')
  })
})
