import { NumbersError } from '../numbers-error.js'

/**
 * @param caller for the message
 * @throws RangeError for a label that is no class from 0 to classes − 1, or, with `n`, when there are not as many
 */
export function requireLabels(caller: string, labels: ArrayLike<number>, classes: number, n = labels.length): void {
  if (labels.length !== n) throw new NumbersError(`${caller}: expected ${n} labels, got ${labels.length}`)
  for (let i = 0; i < n; i++) {
    if (Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes) continue
    throw new NumbersError(`${caller}: expected labels from 0 to ${classes - 1}, got ${labels[i]} at row ${i}`)
  }
}
