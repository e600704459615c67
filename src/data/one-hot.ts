import { requireLabels } from './labels.js'
import type { Matrix } from '../linalg/matrix.js'
import { matrix } from '../linalg/matrix.js'
import { NumbersError } from '../numbers-error.js'

/**
 * Class indicators as regression targets.
 *
 * @param labels `[N]`, each from 0 to classes − 1
 * @param classes C, at least 1
 * @param options `centered`: subtract 1/C from every entry, so that each row sums to zero (default false)
 * @returns `[N, C]`
 * @throws RangeError when C is not a positive integer or a label is outside its range
 *
 * @example
 * import { oneHot } from 'limn'
 *
 * console.log(oneHot([1, 0], 2).data) // Float64Array(4) [ 0, 1, 1, 0 ]
 */
export function oneHot(
  labels: ArrayLike<number>,
  classes: number,
  { centered = false }: { readonly centered?: boolean } = {},
): Matrix {
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new NumbersError(`oneHot: expected a positive number of classes, got ${classes}`)
  }
  requireLabels('oneHot', labels, classes)
  const result = matrix(labels.length, classes)
  if (centered) result.data.fill(-1 / classes)
  for (let i = 0; i < labels.length; i++) {
    result.data[i * classes + labels[i]] += 1
  }
  return result
}
