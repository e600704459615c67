import { elementBytes, elementRules, readElements, tensorTypeOf } from './elements.js'
import type { ElementType } from './elements.js'
import { FileError } from './file-error.js'
import { checkSize, requireTensor } from './shape.js'
import type { Tensor, TensorData, TensorType } from './tensor.js'
import { tensorTypes } from './tensor.js'

/** NumPy's type codes without the byte order. */
const codes: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  u1: 'u8',
  i1: 'i8',
  u2: 'u16',
  i2: 'i16',
  u4: 'u32',
  i4: 'i32',
  u8: 'u64',
  i8: 'i64',
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
}

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

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Longest header that is read; NumPy's own reader stops at 10,000. */
const longestHeader = 65_536

/**
 * Reads one NumPy array: format versions 1 to 3, both byte orders, both memory orders (the result is row-major).
 *
 * @param file the file's name, for messages
 * @param key the array's name inside an archive, for messages
 * @throws FileError when the bytes are not exactly one array of booleans, integers or real numbers
 */
export function decodeNpy(bytes: Uint8Array, file: string, key?: string): Tensor {
  const fail = (problem: string): never => {
    throw new FileError(file, problem, key)
  }
  if (bytes.length === 0) fail('expected a NumPy array, got an empty file')
  if (!magic.every((byte, i) => bytes[i] === byte)) fail('expected a NumPy array, got something else')
  const version = bytes[6]
  if (!(version >= 1 && version <= 3)) fail(`expected NumPy format version 1, 2 or 3, got ${version}`)
  const start = version === 1 ? 10 : 12
  if (bytes.length < start)
    fail(`expected ${start} bytes before the header, got ${bytes.length}: the file is cut short`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (headerLength > longestHeader) fail(`expected a header of at most ${longestHeader} bytes, got ${headerLength}`)
  const body = start + headerLength
  if (bytes.length < body) {
    fail(`expected a header of ${headerLength} bytes, got ${bytes.length - start}: the file is cut short`)
  }
  const header = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, body))

  const shape = readShape(header) ?? fail("expected a 'shape' of non-negative integers in the header")
  const fortran =
    /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1] ??
    fail("expected 'fortran_order' True or False in the header")
  const [order, code] = readDescription(header) ?? fail("expected one element type as 'descr' in the header")
  const type = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (type === undefined || (order === '|' && elementRules[type].size > 1)) {
    return fail(`expected booleans, integers or real numbers of at most 64 bits, got dtype '${order}${code}'`)
  }
  checkSize(shape, elementRules[type].size, bytes.length - body, file, key)
  try {
    const data = readElements(type, bytes.subarray(body), order !== '>')
    return { shape, data: fortran === 'True' ? toRowMajor(data, shape) : data }
  } catch (error) {
    if (error instanceof RangeError) return fail(error.message)
    throw error
  }
}

/** Byte order and type code; `=` and a missing order mean little-endian, as on every machine that writes such files. */
function readDescription(header: string): [order: string, code: string] | undefined {
  const found = /['"]descr['"]\s*:\s*['"]([<>|=]?)([^'"]*)['"]/.exec(header)
  return found ? [found[1], found[2]] : undefined
}

function readShape(header: string): number[] | undefined {
  const inner = /['"]shape['"]\s*:\s*\(([^()]*)\)/.exec(header)?.[1].trim()
  if (inner === undefined) return undefined
  const parts = inner.replace(/,$/, '').split(',')
  if (inner === '') return []
  // Python 2 wrote long integers as 3L.
  return parts.every((part) => /^\s*\d+L?\s*$/.test(part)) ? parts.map((part) => parseInt(part, 10)) : undefined
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
 * @throws RangeError when shape and data disagree, or the shape has so many dimensions that the header exceeds 65,535 bytes
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  requireTensor(tensor, 'encodeNpy')
  const { shape, data } = tensor
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const entries = `{'descr': '${descriptions[tensorTypeOf(data)]}', 'fortran_order': False, 'shape': (${tuple}), }`
  const body = Math.ceil((10 + entries.length + 1) / 64) * 64
  if (body - 10 > 0xffff) throw new RangeError(`encodeNpy: expected fewer dimensions, got ${shape.length}`)
  const result = new Uint8Array(body + data.byteLength)
  result.set(magic)
  result.set([1, 0, (body - 10) & 255, (body - 10) >> 8], 6)
  result.set(new TextEncoder().encode(`${entries.padEnd(body - 11)}\n`), 10)
  result.set(elementBytes(data), body)
  return result
}
