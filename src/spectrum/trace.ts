import type { Matrix } from '../linalg/matrix.js'
import { NumbersError } from '../numbers-error.js'

/**
 * Sum of the diagonal.
 *
 * @throws RangeError when it is beyond the range of f64
 */
export function traceOf({ rows, cols, data }: Matrix): number {
  let trace = 0
  for (let i = 0; i < rows; i++) trace += data[i * cols + i]
  if (!Number.isFinite(trace)) {
    throw new NumbersError('spectrum: expected a trace within the range of f64; divide the kernel by a constant first')
  }
  return trace
}
