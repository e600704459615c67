import { copyOf, type ByteSource } from '../byte-source.js'
import { elementCount } from '../shape.js'
import type { PyTensor } from './pickle-values.js'

/** Where in its storage a tensor lies, in elements. */
export interface Extent {
  /** Elements that the tensor has. */
  readonly count: number
  /** Elements of the storage from its first to its last. */
  readonly span: number
  /** Whether they follow one another in the order of the tensor. */
  readonly contiguous: boolean
}

/** Where a tensor lies in its storage; undefined where it leaves the storage, or its sizes are no sizes. */
export function extentOf({ shape, strides, offset }: PyTensor, available: number): Extent | undefined {
  const count = elementCount(shape)
  if (count === undefined) return undefined
  if (count === 0) return { count, span: 0, contiguous: true }
  let [last, packed, contiguous] = [0, 1, true]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue
    last += (shape[axis] - 1) * strides[axis]
    contiguous &&= strides[axis] === packed
    packed *= shape[axis]
  }
  return offset + last < available ? { count, span: last + 1, contiguous } : undefined
}

/**
 * The elements of a tensor in row-major order, out of the bytes of its storage.
 *
 * @param size bytes of an element
 */
export function gather(
  source: ByteSource,
  { shape, strides, offset }: PyTensor,
  { count, span, contiguous }: Extent,
  size: number,
): Uint8Array<ArrayBuffer> {
  const begin = offset * size
  if (contiguous) return copyOf(source, begin, begin + count * size)
  const storage = source.read(begin, begin + span * size)
  const own = new Uint8Array(count * size)
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < own.length; to += size) {
    for (let b = 0; b < size; b++) own[to + b] = storage[from * size + b]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]
      if (++index[axis] < shape[axis]) break
      from -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return own
}
