import type { Matrix } from '../linalg/matrix.js'
import { NumbersError } from '../numbers-error.js'

/** A kernel on N samples for each of C output classes, f64. `data[(c * n + i) * n + j]` = Θ_c(x_i, x_j). */
export interface Kernel {
  readonly classes: number
  readonly n: number
  readonly data: Float64Array
}

/** The error of a kernel whose entry at a place is no number that f64 has. */
export function beyondRange(caller: string, place: string): NumbersError {
  return new NumbersError(
    `${caller}: expected a finite kernel, got one that leaves the range of f64 at ${place}; scale the weights or the samples down, or, where the activation has no closed form, leave out samples that are nearly parallel`,
  )
}

/** @throws RangeError when an entry is not finite, with its place */
export function requireRange(caller: string, { classes, n, data }: Kernel): void {
  // 0 · v is 0 for every finite v, and NaN for the others: a sum that no branch interrupts.
  let sum = 0
  for (let k = 0; k < data.length; k++) sum += 0 * data[k]
  if (sum === 0) return
  const at = data.findIndex((value) => !Number.isFinite(value))
  const [c, i, j] = [Math.floor(at / (n * n)), Math.floor(at / n) % n, at % n]
  throw beyondRange(caller, `(${i}, ${j})${classes > 1 ? ` of class ${c}` : ''}`)
}

/**
 * The N × N kernel of one class, as a view.
 *
 * @example
 * import { classKernel } from 'limn'
 *
 * const kernel = { classes: 2, n: 2, data: Float64Array.of(1, 0, 0, 1, 2, 1, 1, 2) }
 * console.log(classKernel(kernel, 1)) // Float64Array(4) [ 2, 1, 1, 2 ]
 */
export function classKernel({ n, data }: Kernel, c: number): Float64Array {
  return data.subarray(c * n * n, (c + 1) * n * n)
}

/**
 * The kernel of one class as a matrix over the same memory.
 *
 * @example
 * import { denseNtk, kernelMatrix, matrixOf } from 'limn'
 *
 * const { rows, cols } = kernelMatrix(denseNtk([2, 1, 1], matrixOf([[1, 1], [1, -1]])), 0)
 * console.log(rows, cols) // 2 2
 */
export function kernelMatrix(kernel: Kernel, c: number): Matrix {
  return { rows: kernel.n, cols: kernel.n, data: classKernel(kernel, c) }
}
