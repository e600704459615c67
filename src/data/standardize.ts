import type { Matrix } from '../linalg/matrix.js'
import type { TensorData } from './tensor.js'
import { NumbersError } from '../numbers-error.js'

/** Mean and standard deviation of many numbers taken together. */
export interface Moments {
  readonly mean: number
  /** Root mean squared distance to the mean (divisor N, not N − 1); positive. */
  readonly deviation: number
}

/**
 * One mean and one standard deviation of all entries, whatever their column. Bytes are counted first, which makes
 * millions of pixels cheap and their mean exact up to one rounding.
 *
 * @throws RangeError when there are no entries, an entry is not finite, or all entries are equal
 *
 * @example
 * import { momentsOf } from 'limn'
 *
 * console.log(momentsOf(Float64Array.of(1, 3))) // { mean: 2, deviation: 1 }
 */
export function momentsOf(data: TensorData): Moments {
  const { mean, deviation } = data instanceof Uint8Array ? byteMoments(data) : numberMoments(data)
  if (!(deviation > 0 && deviation < Infinity)) {
    throw new NumbersError(
      `standardize: expected finite entries that are not all equal, got a deviation of ${deviation}`,
    )
  }
  return { mean, deviation }
}

function byteMoments(data: Uint8Array): Moments {
  const counts = new Float64Array(256)
  for (let i = 0; i < data.length; i++) counts[data[i]]++
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / data.length
  const squares = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / data.length) }
}

function numberMoments(data: TensorData): Moments {
  let sum = 0
  let same = true
  for (let i = 0; i < data.length; i++) {
    sum += data[i]
    same &&= data[i] === data[0]
  }
  const mean = sum / data.length
  // The rounded mean of equal entries can differ from them, so their deviation is set and not computed.
  if (same) return { mean, deviation: 0 }
  let squares = 0
  for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / data.length) }
}

/**
 * (x − mean) / deviation. The same two numbers serve every entry, so that relations between pixels are kept and pixels
 * that never vary do no harm.
 *
 * @param moments default: those of `x` itself; give the training moments for test samples
 * @throws RangeError when `x` is empty or all its entries are equal, and no moments are given
 *
 * @example
 * import { matrixOf, standardize } from 'limn'
 *
 * console.log(standardize(matrixOf([[1, 3]])).data) // Float64Array(2) [ -1, 1 ]
 */
export function standardize(x: Matrix, moments: Moments = momentsOf(x.data)): Matrix {
  return { ...x, data: x.data.map((value) => (value - moments.mean) / moments.deviation) }
}
