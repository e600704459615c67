/** G = E[φ(z)φ(z')] and Ġ = E[φ'(z)φ'(z')] for (z, z') ~ N(0, [[q, k], [k, q']]). */
export interface DualValue {
  readonly g: number
  readonly gDot: number
}

/** The dual activation of one pointwise nonlinearity: a Gaussian expectation in closed form. */
export interface Dual {
  /**
   * Two inputs with variances q, q' ≥ 0 and covariance k, |k| ≤ √(q q'). At zero variance the derivative is taken at the
   * kink as `activationRules` takes it, so a dead ReLU position has G = Ġ = 0.
   */
  readonly pair: (q: number, q2: number, k: number) => DualValue
  /** One input with itself: the correlation is exactly 1, whatever the rounding of k would say. */
  readonly diagonal: (q: number) => DualValue
  /** How the recursion kernel computes the same: 0 = leaky ReLU with this slope, 1 = erf. */
  readonly family: 0 | 1
  readonly slope: number
}
