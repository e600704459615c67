import { tensorTypeOf } from '../data/elements.js'
import { FileError } from '../data/file-error.js'
import { toFloat64, type Tensor } from '../data/tensor.js'
import type { Matrix } from '../linalg/matrix.js'
import { sharedKernel } from './agreement.js'
import { entryPrecision, kernelDtypeOf, symmetrise, type EntryPrecision, type KernelDtype } from './entry-precision.js'
import { kernelMatrix, type Kernel } from './kernel.js'

/**
 * A kernel as it is written: `[N, N]` where all classes coincide to 1e-12, else `[C, N, N]`.
 *
 * @example
 * import { kernelToTensor } from 'limn'
 *
 * const same = { classes: 2, n: 1, data: Float64Array.of(3, 3) }
 * const different = { classes: 2, n: 1, data: Float64Array.of(3, 4) }
 * console.log(kernelToTensor(same).shape, kernelToTensor(different).shape) // [ 1, 1 ] [ 2, 1, 1 ]
 */
export function kernelToTensor(kernel: Kernel): Tensor {
  const { classes, n, data } = sharedKernel(kernel)
  return { shape: classes === 1 ? [n, n] : [classes, n, n], data }
}

/**
 * Checks one class of a kernel in a file, and puts its symmetric part in its place where it is stored in less than float64.
 *
 * @param matrix `[n, n]`; changed only when `dtype` is not float64
 * @param dtype what the file's entries are stored as
 * @param c which class of the file it is, undefined where the file holds one matrix
 * @throws FileError when an entry is not finite, or differs from its mirror image by more than `asymmetryLimit` of the
 *   largest entry, with the place
 */
export function requireSymmetric(matrix: Matrix, file: string, dtype: KernelDtype, c?: number): EntryPrecision {
  const { rows: n, data } = matrix
  const place = (i: number, j: number): string => `[${c === undefined ? '' : `${c}, `}${i}, ${j}]`
  let largest = 0
  for (let k = 0; k < data.length; k++) {
    const size = Math.abs(data[k])
    if (!(size < Infinity)) {
      const where = place(Math.floor(k / n), k % n)
      const remedy = dtype === 'float16' ? '; float16 ends at 65504: store float32 or float64' : ''
      throw new FileError(file, `kernel: expected finite entries, got ${data[k]} at ${where}${remedy}`)
    }
    if (size > largest) largest = size
  }
  const precision = entryPrecision(matrix, largest, dtype, (i, j) => {
    const [upper, lower] = [data[i * n + j], data[j * n + i]]
    throw new FileError(
      file,
      `kernel: expected a symmetric matrix, got ${upper} at ${place(i, j)} and ${lower} at ${place(j, i)}`,
    )
  })
  if (dtype !== 'float64' && precision.asymmetry > 0) symmetrise(matrix)
  return precision
}

/** A kernel whose classes are had one at a time, so that it need not be in memory as a whole. */
export interface KernelSource {
  readonly classes: number
  readonly n: number
  /** One class, `[n, n]`; valid until the next one is asked for. */
  readonly matrix: (c: number) => Matrix
  /** How well a class's entries are known; of a large file, of the class that was asked for last. Absent: as f64. */
  readonly precision?: (c: number) => EntryPrecision
}

/** A kernel in memory as a source, without a copy. */
export function kernelSource(kernel: Kernel, precision?: readonly EntryPrecision[]): KernelSource {
  const { classes, n } = kernel
  const matrix = (c: number): Matrix => kernelMatrix(kernel, c)
  return { classes, n, matrix, ...(precision && { precision: (c: number) => precision[c] }) }
}

/** Classes and samples of a kernel of this shape. @throws FileError when it is neither `[N, N]` nor `[C, N, N]` */
export function kernelShape(shape: readonly number[], file: string): { readonly classes: number; readonly n: number } {
  const [classes, rows, cols] = shape.length === 2 ? [1, ...shape] : shape
  if (!(shape.length === 2 || shape.length === 3) || rows !== cols || !(classes > 0) || !(rows > 0)) {
    throw new FileError(file, `kernel: expected shape [N, N] or [C, N, N], got [${shape.join(', ')}]`)
  }
  return { classes, n: rows }
}

/** A kernel from a file, with the precision of each class. */
export interface FiledKernel {
  readonly kernel: Kernel
  /** `[classes]` */
  readonly precision: readonly EntryPrecision[]
}

/** As {@link kernelFromTensor}, with the precision that the file's entries have. */
export function filedKernel(tensor: Tensor, file: string): FiledKernel {
  const dtype = kernelDtypeOf(tensor.stored ?? tensorTypeOf(tensor.data))
  const kernel = { ...kernelShape(tensor.shape, file), data: toFloat64(tensor) }
  const precision = Array.from({ length: kernel.classes }, (_, c) =>
    requireSymmetric(kernelMatrix(kernel, c), file, dtype, kernel.classes > 1 ? c : undefined),
  )
  return { kernel, precision }
}

/**
 * A kernel from a file's tensor, `[N, N]` (one class that stands for all) or `[C, N, N]`, in any type of numbers. One that is
 * stored in float32 or float16 is symmetrised where it is a few units in the last place from symmetric.
 *
 * @param file named in errors
 * @throws FileError when the shape is neither, an entry is not finite, or a class is not symmetric to 1e-8 of its largest
 *   entry (to 8 units in the last place of it in lower precision)
 *
 * @example
 * import { kernelFromTensor } from 'limn'
 *
 * const { classes, n } = kernelFromTensor({ shape: [2, 2], data: Float32Array.of(2, 1, 1, 2) }, 'kernel.npy')
 * console.log(classes, n) // 1 2
 */
export function kernelFromTensor(tensor: Tensor, file: string): Kernel {
  return filedKernel(tensor, file).kernel
}
