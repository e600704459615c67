import { FileError } from './file-error.js'
import type { Tensor } from './tensor.js'
import { NumbersError } from '../numbers-error.js'

/** Product of the dimensions, or undefined when a dimension or the product is not a safe non-negative integer. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1
  for (const dimension of shape) {
    if (!(Number.isSafeInteger(dimension) && dimension >= 0)) return undefined
    count *= dimension
    if (!Number.isSafeInteger(count)) return undefined
  }
  return count
}

/** A shape as text: `[2, 3]`; only the first 8 dimensions of a longer one. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`
}

/**
 * Compares what a header promises with the bytes that are there, before any memory is taken.
 *
 * @param available bytes of data in the file
 * @throws FileError unless the shape is legal and `available` is its size exactly
 */
export function checkSize(
  shape: readonly number[],
  bytesPerElement: number,
  available: number,
  file: string,
  key?: string,
): void {
  const count = elementCount(shape)
  if (count === undefined) {
    throw new FileError(file, `expected a shape of fewer than 2^53 elements, got ${shapeText(shape)}`, key)
  }
  if (count * bytesPerElement !== available) {
    const needed = `${count * bytesPerElement} bytes of data for shape ${shapeText(shape)}`
    throw new FileError(file, `expected ${needed}, got ${available}`, key)
  }
}

/** @throws RangeError unless the tensor's shape is legal and matches its data */
export function requireTensor({ shape, data }: Tensor, caller: string): void {
  if (elementCount(shape) !== data.length) {
    throw new NumbersError(`${caller}: expected as many elements as shape ${shapeText(shape)} has, got ${data.length}`)
  }
}
