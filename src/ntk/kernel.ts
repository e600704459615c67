import type { Matrix } from '../linalg/matrix.js'

/** A kernel on N samples for each of C output classes, f64. `data[(c * n + i) * n + j]` = Θ_c(x_i, x_j). */
export interface Kernel {
  readonly classes: number
  readonly n: number
  readonly data: Float64Array
}

/** The N × N kernel of one class, as a view. */
export function classKernel({ n, data }: Kernel, c: number): Float64Array {
  return data.subarray(c * n * n, (c + 1) * n * n)
}

/** The kernel of one class as a matrix over the same memory. */
export function kernelMatrix(kernel: Kernel, c: number): Matrix {
  return { rows: kernel.n, cols: kernel.n, data: classKernel(kernel, c) }
}
