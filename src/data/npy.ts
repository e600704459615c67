import { elementBytes, elementRules, readElements, tensorTypeOf } from './elements.js'
import { FileError } from './file-error.js'
import { npyHeader, readNpyHeader } from './npy-header.js'
import { checkSize, requireTensor } from './shape.js'
import type { StoredTensor } from './tensor-file.js'
import type { Tensor, TensorData, TensorType } from './tensor.js'
import { tensorTypes } from './tensor.js'

const descriptions = {
  f64: '<f8',
  f32: '<f4',
  u8: '|u1',
  i8: '|i1',
  u16: '<u2',
  i16: '<i2',
  u32: '<u4',
  i32: '<i4',
} as const satisfies Record<TensorType, string>

/**
 * Reads one NumPy array: format versions 1 to 3, both byte orders, both memory orders (the result is row-major).
 *
 * @param file the file's name, for messages
 * @param key the array's name inside an archive, for messages
 * @throws FileError when the bytes are not exactly one array of booleans, integers or real numbers
 *
 * @example
 * import { decodeNpy, encodeNpy } from 'limn'
 *
 * const bytes = encodeNpy({ shape: [2], data: Float64Array.of(1, 2) })
 * console.log(decodeNpy(bytes, 'two.npy').shape) // [ 2 ]
 */
export function decodeNpy(bytes: Uint8Array, file: string, key?: string): Tensor {
  const { type, littleEndian, fortran, shape, start } = readNpyHeader(bytes, file, key)
  checkSize(shape, elementRules[type].size, bytes.length - start, file, key)
  try {
    const data = readElements(type, bytes.subarray(start), littleEndian)
    const stored = type === 'f16' || type === 'bf16' ? type : undefined
    return { shape, data: fortran ? toRowMajor(data, shape) : data, ...(stored && { stored }) }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, error.message, key)
    throw error
  }
}

/**
 * A NumPy array that stays where it is until it is asked for.
 *
 * @param head of the file, at least {@link npyHeadBytes} or all of it
 * @param total bytes of the file
 * @param contents all of the file, called when the array is read
 * @throws FileError when the header is not that of an array of `total` bytes
 */
export function storedNpy(
  head: Uint8Array,
  total: number,
  contents: () => Uint8Array,
  file: string,
  key?: string,
): StoredTensor {
  const { type, description, shape, start } = readNpyHeader(head, file, key)
  checkSize(shape, elementRules[type].size, total - start, file, key)
  // What is packed, unpacked, copied and put in rows.
  return { type: description, shape, memory: 4 * total, read: () => decodeNpy(contents(), file, key) }
}

/** The first rows of an array that is not read as a whole. */
export interface FirstRows {
  /** Rows of the whole array. */
  readonly available: number
  /** Bytes of the file up to the last row that is wanted, header included. */
  readonly bytes: number
  /** Bytes that the rows take in memory: as they are stored, and as f64. */
  readonly memory: number
  /** The rows, from at least `bytes` bytes of the file. @throws FileError when an element has no number */
  readonly decode: (start: Uint8Array) => Tensor
}

/**
 * What reading the first rows of a NumPy array takes, from its header alone.
 *
 * @param head of the file, at least {@link npyHeadBytes} or all of it
 * @param total bytes of the file
 * @param rows from the first on; all where there are fewer, none are asked for, or the array is stored by columns
 * @throws FileError when the header is not that of an array of `total` bytes
 */
export function npyFirstRows(
  head: Uint8Array,
  total: number,
  rows: number | undefined,
  file: string,
  key?: string,
): FirstRows {
  const { type, littleEndian, fortran, shape, start } = readNpyHeader(head, file, key)
  const { size } = elementRules[type]
  checkSize(shape, size, total - start, file, key)
  const available = shape.at(0) ?? 1
  const wanted = rows !== undefined && Number.isInteger(rows) && rows >= 1 ? rows : available
  const taken = fortran || shape.length === 0 ? available : Math.min(wanted, available)
  const share = available === 0 ? 0 : taken / available
  const bytes = start + Math.round(share * (total - start))
  return {
    available,
    bytes,
    memory: (2 + 8 / size) * (bytes - start),
    decode(contents) {
      if (taken === available) return decodeNpy(contents, file, key)
      try {
        const data = readElements(type, contents.subarray(start, bytes), littleEndian)
        return { shape: [taken, ...shape.slice(1)], data }
      } catch (error) {
        if (error instanceof RangeError) throw new FileError(file, error.message, key)
        throw error
      }
    },
  }
}

function toRowMajor(data: TensorData, shape: readonly number[]): TensorData {
  const result = new tensorTypes[tensorTypeOf(data)](data.length)
  const index = shape.map(() => 0)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1))
  let from = 0
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]
      if (++index[axis] < shape[axis]) break
      from -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return result
}

/**
 * One tensor as a NumPy file: version 1.0, little-endian, row-major, data at a multiple of 64 bytes.
 *
 * @param comment one line of ASCII for the header, which NumPy does not see
 * @throws RangeError when shape and data disagree, or shape and comment take more than the 10,000 bytes of a header that
 *   NumPy reads
 *
 * @example
 * import { decodeNpy, encodeNpy } from 'limn'
 *
 * const bytes = encodeNpy({ shape: [1, 2], data: Float64Array.of(1, 2) })
 * console.log(bytes.length, decodeNpy(bytes, 'x.npy').shape) // 144 [ 1, 2 ]
 */
export function encodeNpy(tensor: Tensor, comment?: string): Uint8Array {
  requireTensor(tensor, 'encodeNpy')
  const { shape, data } = tensor
  const header = npyHeader(descriptions[tensorTypeOf(data)], shape, comment)
  const result = new Uint8Array(header.length + data.byteLength)
  result.set(header)
  result.set(elementBytes(data), header.length)
  return result
}
