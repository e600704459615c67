import { tailProbability } from './normal-tail.js'

/**
 * The threshold τ ≥ 0 at which `expected`, a decreasing function with limit 0, falls to `target`: bisection of log τ down to
 * neighbouring numbers, so that the budget is met to about 1e-12.
 *
 * @param expected how much is kept at a threshold, in any unit
 * @returns 0 when even τ = 0 keeps no more than the target, ∞ when the target is 0
 */
export function solveThreshold(expected: (threshold: number) => number, target: number): number {
  if (!(target >= 0)) throw new RangeError(`solveThreshold: expected a target of at least 0, got ${target}`)
  if (target === 0) return Infinity
  if (expected(0) <= target) return 0
  let [low, high] = [1, 1]
  while (low > Number.MIN_VALUE && expected(low) <= target) low /= 4
  while (high < Number.MAX_VALUE && expected(high) > target) high *= 4
  for (;;) {
    const middle = Math.sqrt(low) * Math.sqrt(high)
    if (!(middle > low && middle < high) || high / low - 1 < 1e-15) return middle
    if (expected(middle) > target) low = middle
    else high = middle
  }
}

/** The t with P(|w| > t) = p for a standard normal weight, p in [0, 1]. */
export function tailQuantile(p: number): number {
  return solveThreshold(tailProbability, p)
}
