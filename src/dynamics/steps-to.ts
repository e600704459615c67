import { logFactor, type DynamicsMode } from './factors.js'
import { modeEnergy, type KernelModes } from './modes.js'
import { NumbersError } from '../numbers-error.js'

function checkFraction(fraction: number): void {
  if (!(fraction > 0 && fraction < 1))
    throw new NumbersError(`stepsTo: expected a fraction between 0 and 1, got ${fraction}`)
}

/**
 * The first step at which a loss curve is below `fraction` of its first entry; null when it never is.
 *
 * @param loss loss before training, then after each step
 * @throws RangeError when the fraction is not between 0 and 1 or the curve is empty
 *
 * @example
 * import { stepsTo } from 'limn'
 *
 * console.log(stepsTo([1, 0.6, 0.4, 0.3], 0.5), stepsTo([1, 0.9], 0.5)) // 2 null
 */
export function stepsTo(loss: ArrayLike<number>, fraction: number): number | null {
  checkFraction(fraction)
  if (loss.length === 0) throw new NumbersError('stepsTo: expected a loss curve, got an empty one')
  for (let t = 1; t < loss.length; t++) if (loss[t] < fraction * loss[0]) return t
  return null
}

/** A factor below e^-1000 per step is gone after one step, like a factor of zero. */
const fastestRate = -1000

/**
 * The time, in steps and not rounded to whole ones, at which the predicted loss is `fraction` of its first value; null when
 * it never gets there. Between whole steps of descent the loss is read as Σ_k (v_k · y)² |1 − ηλ_k/N|^{2t}.
 *
 * @throws RangeError when the learning rate or the fraction is out of range
 * @throws Error when no crossing is found although the loss keeps falling
 *
 * @example
 * import { matrixOf, modes, stepsToFromModes } from 'limn'
 *
 * const found = modes({ classes: 1, n: 1, data: Float64Array.of(0.5) }, matrixOf([[1]]))
 * // ½ (1 − ½)^2t is a sixteenth of its beginning at t = 2.
 * console.log(stepsToFromModes(found, { learningRate: 1 }, 1 / 16)?.toFixed(4)) // 2.0000
 */
export function stepsToFromModes(
  { n, classes }: KernelModes,
  { learningRate, mode = 'descent' }: { readonly learningRate: number; readonly mode?: DynamicsMode },
  fraction: number,
): number | null {
  checkFraction(fraction)
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new NumbersError(`stepsTo: expected a positive learning rate, got ${learningRate}`)
  }
  const terms = classes.flatMap((classModes) =>
    Array.from(modeEnergy(classModes), (energy, k) => ({
      energy,
      rate: 2 * Math.max(fastestRate, logFactor(mode, (learningRate / n) * classModes.eigenvalues[k])),
    })).filter(({ energy }) => energy > 0),
  )
  const total = terms.reduce((sum, { energy }) => sum + energy, 0)
  if (!(total > 0)) return null
  // The logarithm of a sum of exponentials is convex: Newton's steps from the left never overshoot the first crossing.
  let time = 0
  for (let iteration = 0; iteration < 500; iteration++) {
    let [value, slope] = [0, 0]
    for (const { energy, rate } of terms) {
      const part = (energy / total) * Math.exp(rate * time)
      value += part
      slope += part * rate
    }
    const excess = Math.log(value / fraction)
    if (excess <= 1e-13) return time
    if (!(slope < 0)) return null
    const next = time - (excess * value) / slope
    if (!Number.isFinite(next)) return null
    if (next === time) return time
    time = next
  }
  throw new NumbersError(`stepsTo: the loss still falls after ${time} steps; use a larger fraction than ${fraction}`)
}
