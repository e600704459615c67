import type { Matrix } from '../linalg/matrix.js'
import { kernelMatrix, type Kernel } from '../ntk/kernel.js'
import { NumbersError } from '../numbers-error.js'

/**
 * One kernel as a matrix over the same memory.
 *
 * @throws RangeError when it has several classes, whose spectra are different things
 */
export function singleKernel(kernel: Matrix | Kernel): Matrix {
  if ('rows' in kernel) return kernel
  if (kernel.classes !== 1) {
    throw new NumbersError(`spectrum: expected one kernel, got ${kernel.classes} classes; take one with kernelMatrix`)
  }
  return kernelMatrix(kernel, 0)
}
