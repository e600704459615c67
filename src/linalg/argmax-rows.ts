import type { Matrix } from './matrix.js'

/** Index of the largest entry of each row; the lowest of equals. */
export function argmaxRows({ rows, cols, data }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    let best = 0
    for (let c = 1; c < cols; c++) if (data[i * cols + c] > data[i * cols + best]) best = c
    return best
  })
}
