import { FileError } from '../data/file-error.js'
import { toFloat64, type Tensor } from '../data/tensor.js'
import type { Matrix } from '../linalg/matrix.js'
import { sharedKernel } from './agreement.js'
import { kernelMatrix, type Kernel } from './kernel.js'

/** Largest |Θ_ij − Θ_ji| of a kernel in a file, relative to the class's largest entry. */
const asymmetryLimit = 1e-8

/** A kernel as it is written: `[N, N]` where all classes coincide to 1e-12, else `[C, N, N]`. */
export function kernelToTensor(kernel: Kernel): Tensor {
  const { classes, n, data } = sharedKernel(kernel)
  return { shape: classes === 1 ? [n, n] : [classes, n, n], data }
}

/** Rows and columns of a tile: with its mirror image it stays in cache. */
const tile = 64

/**
 * Refuses what is no kernel.
 *
 * @param c which class of the file it is, undefined where the file holds one matrix
 * @throws FileError when an entry is not finite or the matrix is not symmetric to 1e-8, with the place
 */
export function requireSymmetric({ rows: n, data }: Matrix, file: string, c?: number): void {
  const place = (i: number, j: number): string => `[${c === undefined ? '' : `${c}, `}${i}, ${j}]`
  let largest = 0
  for (let k = 0; k < data.length; k++) {
    const size = Math.abs(data[k])
    if (!(size < Infinity)) {
      const where = place(Math.floor(k / n), k % n)
      throw new FileError(file, `kernel: expected finite entries, got ${data[k]} at ${where}`)
    }
    if (size > largest) largest = size
  }
  const limit = asymmetryLimit * largest
  for (let top = 0; top < n; top += tile) {
    for (let left = top; left < n; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(n, left + tile); j++) {
          const [upper, lower] = [data[i * n + j], data[j * n + i]]
          if (Math.abs(upper - lower) > limit) {
            throw new FileError(
              file,
              `kernel: expected a symmetric matrix, got ${upper} at ${place(i, j)} and ${lower} at ${place(j, i)}`,
            )
          }
        }
      }
    }
  }
}

/** A kernel whose classes are had one at a time, so that it need not be in memory as a whole. */
export interface KernelSource {
  readonly classes: number
  readonly n: number
  /** One class, `[n, n]`; valid until the next one is asked for. */
  readonly matrix: (c: number) => Matrix
}

/** A kernel in memory as a source, without a copy. */
export function kernelSource(kernel: Kernel): KernelSource {
  return { classes: kernel.classes, n: kernel.n, matrix: (c) => kernelMatrix(kernel, c) }
}

/** Classes and samples of a kernel of this shape. @throws FileError when it is neither `[N, N]` nor `[C, N, N]` */
export function kernelShape(shape: readonly number[], file: string): { readonly classes: number; readonly n: number } {
  const [classes, rows, cols] = shape.length === 2 ? [1, ...shape] : shape
  if (!(shape.length === 2 || shape.length === 3) || rows !== cols || !(classes > 0) || !(rows > 0)) {
    throw new FileError(file, `kernel: expected shape [N, N] or [C, N, N], got [${shape.join(', ')}]`)
  }
  return { classes, n: rows }
}

/**
 * A kernel from a file's tensor, `[N, N]` (one class that stands for all) or `[C, N, N]`.
 *
 * @param file named in errors
 * @throws FileError when the shape is neither, an entry is not finite, or a class is not symmetric to 1e-8
 */
export function kernelFromTensor(tensor: Tensor, file: string): Kernel {
  const kernel = { ...kernelShape(tensor.shape, file), data: toFloat64(tensor) }
  for (let c = 0; c < kernel.classes; c++) {
    requireSymmetric(kernelMatrix(kernel, c), file, kernel.classes > 1 ? c : undefined)
  }
  return kernel
}
