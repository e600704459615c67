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

/** Bytes within which the header ends, whatever it says. */
export const idxHeadBytes = 4 + 4 * 255

/** What stands before the elements of an IDX file. */
export interface IdxHeader {
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Bytes before the first element. */
  readonly start: number
}

/**
 * Reads the header of an IDX file: two zero bytes, a type, the number of dimensions, the dimensions, all big-endian.
 *
 * @param bytes the file, or at least its first {@link idxHeadBytes}
 * @param total bytes of the file
 * @throws FileError when it is none, or not that of a file of `total` bytes
 */
export function readIdxHeader(bytes: Uint8Array, total: number, file: string): IdxHeader {
  if (bytes.length === 0) throw new FileError(file, 'expected an IDX file, got an empty one')
  if (bytes.length < 4) {
    throw new FileError(file, `expected an IDX header of 4 bytes, got ${bytes.length}: the file is cut short`)
  }
  const type = elementTypes.get(bytes[2])
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw new FileError(file, `expected an IDX file (00 00, then a type 08 to 0e), got ${start}`)
  }
  const start = 4 + 4 * bytes[3]
  if (bytes.length < start) {
    throw new FileError(file, `expected ${bytes[3]} dimensions in the header, got ${bytes.length - 4} bytes for them`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis))
  checkSize(shape, elementRules[type].size, total - start, file)
  return { type, shape, start }
}

/** The header of a file's first rows, and the bytes of the file up to the last of them. */
export function idxFirstRows(header: IdxHeader, rows: number): { readonly header: IdxHeader; readonly bytes: number } {
  const [available, ...rest] = header.shape
  const shape = [Math.min(rows, available), ...rest]
  const bytes = header.start + elementRules[header.type].size * shape.reduce((product, size) => product * size, 1)
  return { header: { ...header, shape }, bytes }
}

/**
 * Reads an IDX file: its header, then the elements, big-endian.
 *
 * @param known what of it is to be read, where its header has been looked at already
 * @throws FileError when the bytes are not exactly one such tensor
 *
 * @example
 * import { decodeIdx } from 'limn'
 *
 * // Two zeros, the type (8: unsigned bytes), the number of axes, the length of the axis, and three bytes.
 * const { shape, data } = decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1), 'labels.idx')
 * console.log(shape, data) // [ 3 ] Uint8Array(3) [ 7, 2, 1 ]
 */
export function decodeIdx(bytes: Uint8Array, file: string, known?: IdxHeader): Tensor {
  const { type, shape, start } = known ?? readIdxHeader(bytes, bytes.length, file)
  return { shape, data: readElements(type, bytes.subarray(start), false) }
}
