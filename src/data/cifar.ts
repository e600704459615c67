import { FileError } from './file-error.js'
import type { Tensor } from './tensor.js'

/** Pixels of one image: 3 channels of 32 × 32, channel first. */
const pixels = 3 * 32 * 32

/** The two data sets: the bytes before each image, and the number of classes each of them may name. */
const layouts = {
  10: [10],
  100: [20, 100],
} as const

export type CifarClasses = keyof typeof layouts

export interface CifarBatch {
  /** `[N, 3072]`, u8. */
  readonly images: Tensor
  /** `[N]`; the fine label of CIFAR-100. */
  readonly labels: Int32Array
}

/**
 * Reads one binary batch of CIFAR-10 (label, image) or CIFAR-100 (coarse label, fine label, image).
 *
 * @throws FileError when the file is not a positive number of whole records, or a label is not below its number of classes
 */
export function decodeCifar(bytes: Uint8Array, file: string, classes: CifarClasses): CifarBatch {
  const limits: readonly number[] = layouts[classes]
  const record = limits.length + pixels
  const count = bytes.length / record
  if (!(Number.isInteger(count) && count > 0)) {
    throw new FileError(file, `expected CIFAR-${classes} records of ${record} bytes, got ${bytes.length} bytes in all`)
  }
  const data = new Uint8Array(count * pixels)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const start = i * record
    limits.forEach((limit, position) => {
      const label = bytes[start + position]
      if (label >= limit) throw new FileError(file, `expected labels below ${limit}, got ${label} in record ${i}`)
      labels[i] = label
    })
    data.set(bytes.subarray(start + limits.length, start + record), i * pixels)
  }
  return { images: { shape: [count, pixels], data }, labels }
}
