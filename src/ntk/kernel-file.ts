import { FileError } from '../data/file-error.js'
import { toFloat64, type Tensor } from '../data/tensor.js'
import { sharedKernel } from './agreement.js'
import { classKernel, type Kernel } from './kernel.js'

/** Largest |Θ_ij − Θ_ji| of a kernel in a file, relative to the class's largest entry. */
const asymmetryLimit = 1e-8

/** A kernel as it is written: `[N, N]` where all classes coincide to 1e-12, else `[C, N, N]`. */
export function kernelToTensor(kernel: Kernel): Tensor {
  const { classes, n, data } = sharedKernel(kernel)
  return { shape: classes === 1 ? [n, n] : [classes, n, n], data }
}

function checkClass(kernel: Kernel, c: number, file: string): void {
  const { n, classes } = kernel
  const block = classKernel(kernel, c)
  const place = (i: number, j: number): string => `[${classes > 1 ? `${c}, ` : ''}${i}, ${j}]`
  let largest = 0
  block.forEach((value, k) => {
    if (!Number.isFinite(value)) {
      throw new FileError(file, `kernel: expected finite entries, got ${value} at ${place(Math.floor(k / n), k % n)}`)
    }
    largest = Math.max(largest, Math.abs(value))
  })
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [upper, lower] = [block[i * n + j], block[j * n + i]]
      if (Math.abs(upper - lower) > asymmetryLimit * largest) {
        throw new FileError(
          file,
          `kernel: expected a symmetric matrix, got ${upper} at ${place(i, j)} and ${lower} at ${place(j, i)}`,
        )
      }
    }
  }
}

/**
 * A kernel from a file's tensor, `[N, N]` (one class that stands for all) or `[C, N, N]`.
 *
 * @param file named in errors
 * @throws FileError when the shape is neither, an entry is not finite, or a class is not symmetric to 1e-8
 */
export function kernelFromTensor(tensor: Tensor, file: string): Kernel {
  const { shape } = tensor
  const [classes, rows, cols] = shape.length === 2 ? [1, ...shape] : shape
  if (!(shape.length === 2 || shape.length === 3) || rows !== cols || !(classes > 0) || !(rows > 0)) {
    throw new FileError(file, `kernel: expected shape [N, N] or [C, N, N], got [${shape.join(', ')}]`)
  }
  const kernel = { classes, n: rows, data: toFloat64(tensor) }
  for (let c = 0; c < classes; c++) checkClass(kernel, c, file)
  return kernel
}
