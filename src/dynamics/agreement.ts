import { NumbersError } from '../numbers-error.js'

/** How far a predicted loss curve is from the measured one; both relative to the measured loss before training. */
export interface Agreement {
  /** Root mean square over steps of (predicted − measured) / measured[0]. */
  readonly relativeError: number
  /** ∫₀¹ |predicted − measured| d(t/T) / measured[0], trapezoid rule. */
  readonly area: number
}

function checkCurve(curve: ArrayLike<number>, name: string): void {
  for (let t = 0; t < curve.length; t++) {
    if (!Number.isFinite(curve[t]))
      throw new NumbersError(`agreement: expected a finite ${name} loss, got ${curve[t]} at step ${t}`)
  }
}

/**
 * Compares two loss curves over the same steps.
 *
 * @param predicted T + 1 losses
 * @param measured T + 1 losses, the first positive. With T = 0 the area is the one difference
 * @throws RangeError when lengths differ or are zero, a loss is not finite, or measured[0] is not positive
 *
 * @example
 * import { agreement } from 'limn'
 *
 * const { relativeError, area } = agreement([1, 0.5, 0.25], [1, 0.5, 0.3])
 * console.log(relativeError.toFixed(4), area.toFixed(4)) // 0.0289 0.0125
 */
export function agreement(predicted: ArrayLike<number>, measured: ArrayLike<number>): Agreement {
  if (predicted.length !== measured.length || measured.length === 0) {
    throw new NumbersError(
      `agreement: expected two curves over the same steps, got ${predicted.length} and ${measured.length} losses`,
    )
  }
  checkCurve(predicted, 'predicted')
  checkCurve(measured, 'measured')
  const unit = measured[0]
  if (!(unit > 0)) throw new NumbersError(`agreement: expected a positive measured loss at step 0, got ${unit}`)
  const difference = Array.from(measured, (value, t) => Math.abs(predicted[t] - value) / unit)
  const square = difference.reduce((sum, value) => sum + value * value, 0)
  const last = difference.length - 1
  const inner = difference.reduce((sum, value) => sum + value, 0) - 0.5 * (difference[0] + difference[last])
  return {
    relativeError: Math.sqrt(square / difference.length),
    area: last === 0 ? difference[0] : inner / last,
  }
}
