import { tailProbability } from './normal-tail.js'
import { NumbersError } from '../../numbers-error.js'

/** Relative precision of a threshold: a few neighbouring numbers. */
const precision = 1e-15

/**
 * The root of a function that changes sign between `from` and `to`, to an absolute error of {@link precision}: inverse
 * quadratic interpolation where it is safe, else bisection (Chandrupatla 1997). About ten evaluations for a smooth function,
 * and never more than bisection's fifty or so in each scale for one with steps.
 */
function root(f: (x: number) => number, from: number, to: number): number {
  let [x1, x2, x3] = [to, from, from]
  let [f1, f2, f3] = [f(to), f(from), 0]
  let share = 0.5
  for (;;) {
    const x = x1 + share * (x2 - x1)
    const value = f(x)
    if (Math.sign(value) === Math.sign(f1)) [x3, f3] = [x1, f1]
    else [x3, f3, x2, f2] = [x2, f2, x1, f1]
    ;[x1, f1] = [x, value]
    const least = precision / Math.abs(x2 - x1)
    if (f1 === 0 || f2 === 0 || !(least < 0.5)) return Math.abs(f2) < Math.abs(f1) ? x2 : x1
    const xi = (x1 - x2) / (x3 - x2)
    const phi = (f1 - f2) / (f3 - f2)
    const isSafe = phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi
    const interpolated =
      (f1 / (f2 - f1)) * (f3 / (f2 - f3)) + ((x3 - x1) / (x2 - x1)) * (f1 / (f3 - f1)) * (f2 / (f3 - f2))
    share = Math.min(1 - least, Math.max(least, isSafe ? interpolated : 0.5))
  }
}

/**
 * The threshold τ ≥ 0 at which `expected`, a decreasing function with limit 0, falls to `target`, down to neighbouring
 * numbers, so that the budget is met to about 1e-12.
 *
 * @param expected how much is kept at a threshold, in any unit
 * @returns 0 when even τ = 0 keeps no more than the target, ∞ when the target is 0
 */
export function solveThreshold(expected: (threshold: number) => number, target: number): number {
  if (!(target >= 0)) throw new NumbersError(`solveThreshold: expected a target of at least 0, got ${target}`)
  if (target === 0) return Infinity
  if (expected(0) <= target) return 0
  let [low, high] = [1, 1]
  while (low > Number.MIN_VALUE && expected(low) <= target) [low, high] = [low / 4, low]
  while (high < Number.MAX_VALUE && expected(high) > target) [low, high] = [high, high * 4]
  return Math.exp(root((x) => expected(Math.exp(x)) - target, Math.log(low), Math.log(high)))
}

/** The t with P(|w| > t) = p for a standard normal weight, p in [0, 1]. */
export function tailQuantile(p: number): number {
  return solveThreshold(tailProbability, p)
}
