/** Below it the series of erf, above it the continued fraction of erfc: both are at rounding error there. */
const crossover = 2

/** Terms of the continued fraction: enough for full precision from the crossover on. */
const fractionTerms = 80

/**
 * erfc(x) for x ≥ 0 with a small *relative* error, also far out: series with positive terms (Abramowitz and Stegun 7.1.6)
 * up to 2, Legendre's continued fraction (7.1.14) above.
 */
function erfc(x: number): number {
  if (x === Infinity) return 0
  const gauss = Math.exp(-x * x) / Math.sqrt(Math.PI)
  if (x < crossover) {
    let [sum, term] = [x, x]
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= (2 * x * x) / (2 * k + 1)
      sum += term
    }
    return 1 - 2 * gauss * sum
  }
  let rest = x
  for (let k = fractionTerms; k > 0; k--) rest = x + k / 2 / rest
  return gauss / rest
}

/** P(|w| > t) of a standard normal weight, t ≥ 0 or ∞: erfc(t/√2). */
export function tailProbability(t: number): number {
  return erfc(t / Math.SQRT2)
}

/** E[w²; |w| > t] of a standard normal weight: erfc(t/√2) + t √(2/π) e^{−t²/2}. */
export function tailEnergy(t: number): number {
  if (t === Infinity) return 0
  return tailProbability(t) + t * Math.sqrt(2 / Math.PI) * Math.exp(-(t * t) / 2)
}
