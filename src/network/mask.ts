import { NumbersError } from '../numbers-error.js'

/** Which weights of one matrix survive: shape [rows, cols] = [out, in], row-major, entries 0 or 1. */
export interface Mask {
  readonly rows: number
  readonly cols: number
  readonly data: Uint8Array
  /** Number of ones. */
  readonly kept: number
}

/**
 * A mask over `data` (not copied).
 *
 * @throws RangeError when a dimension is not a positive integer, the length is wrong, or an entry is neither 0 nor 1
 *
 * @example
 * import { createMask, density } from 'limn'
 *
 * const mask = createMask(2, 2, Uint8Array.of(1, 0, 1, 1))
 * console.log(mask.kept, density(mask)) // 3 0.75
 */
export function createMask(rows: number, cols: number, data: Uint8Array): Mask {
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(cols) && cols > 0)) {
    throw new NumbersError(`mask: expected positive integer dimensions, got ${rows} × ${cols}`)
  }
  if (data.length !== rows * cols) {
    throw new NumbersError(`mask: expected ${rows * cols} entries for ${rows} × ${cols}, got ${data.length}`)
  }
  let kept = 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (value > 1) {
      throw new NumbersError(`mask: expected 0 or 1, got ${value} at row ${Math.floor(i / cols)}, column ${i % cols}`)
    }
    kept += value
  }
  return { rows, cols, data, kept }
}

/**
 * A mask that keeps everything.
 *
 * @example
 * import { denseMask } from 'limn'
 *
 * console.log(denseMask(2, 3).kept) // 6
 */
export function denseMask(rows: number, cols: number): Mask {
  return createMask(rows, cols, new Uint8Array(rows * cols).fill(1))
}

/**
 * Kept fraction of a mask, in [0, 1].
 *
 * @example
 * import { createMask, density } from 'limn'
 *
 * console.log(density(createMask(1, 4, Uint8Array.of(1, 0, 0, 0)))) // 0.25
 */
export function density({ kept, data }: Mask): number {
  return kept / data.length
}

/**
 * Kept fraction over several masks together.
 *
 * @example
 * import { createMask, denseMask, totalDensity } from 'limn'
 *
 * console.log(totalDensity([denseMask(2, 3), createMask(1, 2, Uint8Array.of(0, 0))])) // 0.75
 */
export function totalDensity(masks: readonly Mask[]): number {
  let kept = 0
  let total = 0
  for (const mask of masks) {
    kept += mask.kept
    total += mask.data.length
  }
  return kept / total
}

/**
 * Ones per row: fan-in of each unit on the output side.
 *
 * @example
 * import { createMask, rowDegrees } from 'limn'
 *
 * console.log(rowDegrees(createMask(2, 3, Uint8Array.of(1, 1, 0, 1, 0, 0)))) // Int32Array(2) [ 2, 1 ]
 */
export function rowDegrees({ rows, cols, data }: Mask): Int32Array {
  const degrees = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < cols; j++) sum += data[i * cols + j]
    degrees[i] = sum
  }
  return degrees
}

/**
 * Ones per column: fan-out of each unit on the input side.
 *
 * @example
 * import { columnDegrees, createMask } from 'limn'
 *
 * console.log(columnDegrees(createMask(2, 3, Uint8Array.of(1, 1, 0, 1, 0, 0)))) // Int32Array(3) [ 2, 1, 0 ]
 */
export function columnDegrees({ rows, cols, data }: Mask): Int32Array {
  const degrees = new Int32Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) degrees[j] += data[i * cols + j]
  return degrees
}
