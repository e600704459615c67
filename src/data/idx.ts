import { elementRules, readElements } from './elements.js'
import type { ElementType } from './elements.js'
import { FileError } from './file-error.js'
import { checkSize } from './shape.js'
import type { Tensor } from './tensor.js'

/** Type bytes of the IDX format (LeCun, Cortes and Burges, the MNIST page). */
const elementTypes = new Map<number, ElementType>([
  [0x08, 'u8'],
  [0x09, 'i8'],
  [0x0b, 'i16'],
  [0x0c, 'i32'],
  [0x0d, 'f32'],
  [0x0e, 'f64'],
])

/**
 * Reads an IDX file: two zero bytes, a type, the number of dimensions, the dimensions, the elements, all big-endian.
 *
 * @throws FileError when the bytes are not exactly one such tensor
 */
export function decodeIdx(bytes: Uint8Array, file: string): Tensor {
  if (bytes.length === 0) throw new FileError(file, 'expected an IDX file, got an empty one')
  if (bytes.length < 4) {
    throw new FileError(file, `expected an IDX header of 4 bytes, got ${bytes.length}: the file is cut short`)
  }
  const type = elementTypes.get(bytes[2])
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw new FileError(file, `expected an IDX file (00 00, then a type 08 to 0e), got ${start}`)
  }
  const body = 4 + 4 * bytes[3]
  if (bytes.length < body) {
    throw new FileError(file, `expected ${bytes[3]} dimensions in the header, got ${bytes.length - 4} bytes for them`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis))
  checkSize(shape, elementRules[type].size, bytes.length - body, file)
  return { shape, data: readElements(type, bytes.subarray(body), false) }
}
