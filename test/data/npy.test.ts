import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { npyHeader, readNpyHeader } from '../../src/data/npy-header.js'
import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { anyTensor, expectFileError, fixture, joined, utf8 } from './helpers.js'

const seed = 11

/** A version 1 file with any header text. */
function npy(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = utf8(header)
  return joined(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8),
    text,
    data,
  )
}

const header = (shape: string, descr = '<f8', fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`

const matrix = encodeNpy({ shape: [2, 3], data: Float64Array.of(0, 1, 2, 3, 4, 5) })

describe('npy', () => {
  it('reads back what it writes, for every type and shape', () => {
    fc.assert(
      fc.property(anyTensor, (tensor) => {
        expect(decodeNpy(encodeNpy(tensor), 'a.npy')).toEqual(tensor)
      }),
      { seed },
    )
  })

  it('starts the data at a multiple of 64 bytes', () => {
    fc.assert(
      fc.property(anyTensor, (tensor) => {
        expect((encodeNpy(tensor).length - tensor.data.byteLength) % 64).toBe(0)
      }),
      { seed },
    )
  })

  it('writes the very bytes that NumPy writes', () => {
    expect(matrix).toEqual(fixture('matrix.npy'))
    expect(encodeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) })).toEqual(fixture('vector.npy'))
  })

  it.each([2, 3])('reads format version %i', (version) => {
    expect(decodeNpy(fixture(`version${version}.npy`), 'v.npy')).toEqual({ shape: [3], data: Float64Array.of(0, 1, 2) })
  })

  it('turns column-major order into row-major order', () => {
    const data = encodeNpy({ shape: [6], data: Float64Array.of(0, 3, 1, 4, 2, 5) }).subarray(-48)
    expect(decodeNpy(npy(header('(2, 3)', '<f8', 'True'), data), 'a.npy').data).toEqual(
      Float64Array.of(0, 1, 2, 3, 4, 5),
    )
  })

  it('reads headers of older writers: long integers, double quotes, no alignment', () => {
    const bytes = npy(`{"shape": (1L,), "fortran_order": False, "descr": "|u1"}`, Uint8Array.of(7))
    expect(decodeNpy(bytes, 'a.npy')).toEqual({ shape: [1], data: Uint8Array.of(7) })
  })

  it('reads past a comment, which carries text without changing the array', () => {
    const tensor = { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }
    for (const comment of ['', `limn {"shape": (3,)}`, 'x'.repeat(9000)]) {
      const bytes = encodeNpy(tensor, comment)
      expect(decodeNpy(bytes, 'a.npy')).toEqual(tensor)
      expect(readNpyHeader(bytes, 'a.npy').comment).toBe(comment)
      expect((bytes.length - 32) % 64).toBe(0)
    }
    expect(() => encodeNpy(tensor, 'x'.repeat(10_000))).toThrow(/at most 10000/)
    expect(() => encodeNpy(tensor, 'two\nlines')).toThrow(RangeError)
  })

  it('writes headers whose length does not depend on the shape where there is a comment', () => {
    const lengths = [
      [5, 5],
      [10, 5, 5],
      [100, 99999, 99999],
    ].map((shape) => npyHeader('<f8', shape, 'limn {}').length)
    expect(new Set(lengths).size).toBe(1)
  })

  it('refuses every proper beginning of a file, and a file with more behind it', () => {
    for (let length = 0; length < matrix.length; length++) {
      expectFileError(() => decodeNpy(matrix.subarray(0, length), 'cut.npy'), 'cut.npy', /expected/)
    }
    expectFileError(
      () => decodeNpy(joined(matrix, Uint8Array.of(0)), 'a.npy'),
      'a.npy',
      /expected 48 bytes of data.*got 49/,
    )
  })

  it.each([
    ['a shape beyond the file', header('(1099511627776,)'), /expected 8796093022208 bytes.*got 0/],
    ['a shape beyond all integers', header('(4294967296, 4294967296)'), /fewer than 2\^53/],
    ['a dimension beyond all integers', header('(99999999999999999999, 0)'), /fewer than 2\^53/],
    ['a negative dimension', header('(-1,)'), /'shape'/],
    ['a fractional dimension', header('(1.5,)'), /'shape'/],
    ['no shape', `{'descr': '<f8', 'fortran_order': False}`, /'shape'/],
    ['no order', `{'descr': '<f8', 'shape': ()}`, /'fortran_order'/],
    ['no type', `{'fortran_order': False, 'shape': ()}`, /'descr'/],
    ['an unknown type', header('(0,)', '<f16'), /dtype '<f16'/],
    ['a type of another name', header('(0,)', 'constructor'), /dtype/],
    ['two shapes', `{'descr': '<f8', 'fortran_order': False, 'shape': (0,), 'shape': (0, 7)}`, /'shape' twice/],
    ['another entry', `{'descr': '<f8', 'fortran_order': False, 'shape': (0,), 'strides': (8,)}`, /got 'strides'/],
    ['entries without braces', `'descr': '<f8', 'fortran_order': False, 'shape': (0,)`, /expected \{/],
    ['something behind the entries', `${header('(0,)').trim()} 'shape': (1,)`, /nothing behind the entries/],
    ['something behind the comment', `${header('(0,)').trim()} # a\nb`, /nothing behind the comment/],
    ['an entry inside a text', `{'descr': "'shape': (0,)", 'fortran_order': False}`, /'shape' of/],
    ['dates', header('(0,)', '<M8[s]'), /dtype/],
  ])('refuses %s', (_, text, problem) => {
    expectFileError(() => decodeNpy(npy(text), 'lies.npy', 'x'), 'lies.npy', problem, 'x')
  })

  it.each([
    ['strings.npy', /dtype '<U2'/],
    ['complex.npy', /dtype '<c16'/],
    ['objects.npy', /dtype '\|O'/],
    ['records.npy', /one element type/],
  ])('refuses the element type of %s', (name, problem) => {
    expectFileError(() => decodeNpy(fixture(name), name), name, problem)
  })

  it('refuses a header that is longer than any array needs', () => {
    const bytes = Uint8Array.of(...matrix.subarray(0, 6), 2, 0, 255, 255, 255, 255)
    expectFileError(() => decodeNpy(bytes, 'a.npy'), 'a.npy', /at most 65536 bytes, got 4294967295/)
  })

  it('refuses text, an unknown version, and booleans other than 0 and 1', () => {
    expectFileError(() => decodeNpy(utf8('1,2\n3,4\n'), 'a.npy'), 'a.npy', /expected a NumPy array/)
    expectFileError(() => decodeNpy(matrix.with(6, 4), 'a.npy'), 'a.npy', /version 1, 2 or 3, got 4/)
    const mask = npy(header('(2,)', '|b1'), Uint8Array.of(1, 2))
    expectFileError(() => decodeNpy(mask, 'a.npy'), 'a.npy', /booleans 0 or 1, got 2 at element 1/)
  })

  it('refuses 64-bit integers that a number cannot hold', () => {
    const large = new Uint8Array(BigInt64Array.of(2n ** 53n + 1n).buffer)
    expectFileError(() => decodeNpy(npy(header('(1,)', '<i8'), large), 'a.npy'), 'a.npy', /2\^53, got 90071992547409/)
  })

  it('keeps 64-bit integers integers where 32 bits hold them', () => {
    const read = (...values: bigint[]) => {
      const bytes = new Uint8Array(BigInt64Array.from(values).buffer)
      return decodeNpy(npy(header(`(${values.length},)`, '<i8'), bytes), 'a.npy').data
    }
    expect(read(-(2n ** 31n), 2n ** 31n - 1n)).toEqual(Int32Array.of(-(2 ** 31), 2 ** 31 - 1))
    expect(read(0n, 2n ** 31n)).toEqual(Float64Array.of(0, 2 ** 31))
  })

  it('refuses to write a tensor whose shape and data disagree', () => {
    expect(() => encodeNpy({ shape: [2], data: Float64Array.of(1) })).toThrow(RangeError)
  })
})
