import { matrix, type Matrix } from '../linalg/matrix.js'

/** Element type of sparse computation in kernel memory. */
export type Precision = 'f32' | 'f64'

export type PrecisionArray = Float32Array | Float64Array

export const elementBytes = { f32: 4, f64: 8 } as const satisfies Record<Precision, number>

/** Bytes of samples of one feature that lie together in blocked layout (kernels/sparse.ts). */
export const runBytes = 96

/** Samples per block: 24 in f32, 12 in f64. */
export function blockSamples(precision: Precision): number {
  return runBytes / elementBytes[precision]
}

/** Blocks that hold `samples` samples; the last one is padded. */
export function blockCount(precision: Precision, samples: number): number {
  return Math.ceil(samples / blockSamples(precision))
}

/**
 * Writes rows of x into blocked layout: sample s of block b, feature j at (b · features + j) · S + s. Padding is zero.
 *
 * @param rows indices of the rows to take; their number may be any
 * @param target as many whole blocks as the rows need
 * @param samplesPerBlock S
 */
export function packBlocks(x: Matrix, rows: ArrayLike<number>, target: PrecisionArray, samplesPerBlock: number): void {
  const { cols, data } = x
  for (let s = 0; s < target.length / cols; s++) {
    const block = Math.floor(s / samplesPerBlock)
    let to = block * cols * samplesPerBlock + (s - block * samplesPerBlock)
    if (s < rows.length) {
      const from = rows[s] * cols
      for (let j = 0; j < cols; j++, to += samplesPerBlock) target[to] = data[from + j]
    } else {
      for (let j = 0; j < cols; j++, to += samplesPerBlock) target[to] = 0
    }
  }
}

/** The first `rows` samples of a blocked array as a matrix `[rows, cols]`. */
export function unpackBlocks(source: PrecisionArray, rows: number, cols: number, samplesPerBlock: number): Matrix {
  const result = matrix(rows, cols)
  for (let s = 0; s < rows; s++) {
    const block = Math.floor(s / samplesPerBlock)
    const from = block * cols * samplesPerBlock + (s - block * samplesPerBlock)
    for (let j = 0; j < cols; j++) result.data[s * cols + j] = source[from + j * samplesPerBlock]
  }
  return result
}

/** 0 … n − 1. */
export function range(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i)
}
