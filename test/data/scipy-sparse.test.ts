import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { readTensors } from '../../src/data/archives.js'
import { openTensors } from '../../src/data/open-tensors.js'
import { npyHeader } from '../../src/data/npy-header.js'
import { encodeNpy } from '../../src/data/npy.js'
import type { Tensor, TensorData } from '../../src/data/tensor.js'
import { expectFileError, joined, utf8 } from './helpers.js'

type Arrays = Readonly<Record<string, TensorData | Tensor>>

/** An archive as scipy.sparse.save_npz writes it. */
function archive(format: string, arrays: Arrays): Uint8Array {
  const members = Object.entries(arrays).map(([key, array]) => [
    `${key}.npy`,
    encodeNpy('shape' in array ? array : { shape: [array.length], data: array }),
  ])
  const text = joined(npyHeader(`|S${format.length}`, []), utf8(format))
  return zipSync({ 'format.npy': text, ...(Object.fromEntries(members) as Record<string, Uint8Array>) }, { level: 0 })
}

const ints = (...values: readonly number[]): Int32Array => Int32Array.from(values)
const read = (format: string, arrays: Arrays): Tensor =>
  openTensors(archive(format, arrays), 's.npz').tensors.get('')!.read()

/** [[0, 0.5, 0], [2, 0, 3]] */
const csr = {
  shape: ints(2, 3),
  data: Float32Array.of(0.5, 2, 3),
  indices: ints(1, 0, 2),
  indptr: ints(0, 1, 3),
}

describe('a sparse matrix of SciPy', () => {
  it('is the matrix with its zeros', () => {
    expect(read('csr', csr)).toEqual({ shape: [2, 3], data: Float32Array.of(0, 0.5, 0, 2, 0, 3) })
  })

  it('has the sum of entries in one place, as in SciPy', () => {
    const coo = { shape: ints(1, 2), data: ints(1, 1, 5), row: ints(0, 0, 0), col: ints(1, 1, 0) }
    expect(read('coo', coo).data).toEqual(ints(5, 2))
    const bytes = { ...coo, data: Uint8Array.of(200, 100, 1) }
    expectFileError(() => read('coo', bytes), 's.npz', /sums within the element type, got 300/, 'data')
  })

  it.each([
    ['a column outside', { indices: ints(1, 0, 3) }, 'indices', /within 2 × 3, got row 1, column 3 for entry 2/],
    ['a negative column', { indices: ints(1, 0, -1) }, 'indices', /column -1/],
    ['too few columns', { indices: ints(1, 0) }, 'indices', /column undefined/],
    ['columns that are no whole numbers', { indices: Float64Array.of(1, 0, 0.5) }, 'indices', /whole numbers/],
    ['rows that end early', { indptr: ints(0, 1, 2) }, 'indptr', /rise from 0 to 3/],
    ['rows that fall', { indptr: ints(0, 4, 3) }, 'indptr', /rise from 0 to 3/],
    ['too many rows', { indptr: ints(0, 1, 2, 3) }, 'indptr', /3 numbers/],
    ['three axes', { shape: ints(2, 3, 1) }, 'shape', /that of a matrix, got \[2, 3, 1\]/],
    ['a negative size', { shape: ints(-2, 3) }, 'shape', /that of a matrix/],
    ['data with two axes', { data: { shape: [3, 1], data: ints(1, 2, 3) } }, 'data', /the data of csr/],
  ] as [string, Arrays, string, RegExp][])('is refused with %s', (_, change, key, message) => {
    expectFileError(() => read('csr', { ...csr, ...change }), 's.npz', message, key)
  })

  it('is refused in a format that SciPy does not save, or without an array', () => {
    expectFileError(() => read('lil', csr), 's.npz', /csr, csc, coo, dia, bsr, got 'lil'/, 'format')
    const { indptr, ...rest } = csr
    expect(indptr).toHaveLength(3)
    expectFileError(() => read('csr', rest), 's.npz', /without it/, 'indptr')
  })

  it('is left to limn/node by the reader of pages', () => {
    expectFileError(
      () => readTensors(archive('csr', csr), 's.npz'),
      's.npz',
      /sparse matrix of SciPy; openTensors of limn\/node/,
    )
  })
})
