/** G = E[φ(z)φ(z')] and Ġ = E[φ'(z)φ'(z')] for (z, z') ~ N(0, [[q, k], [k, q']]). */
export interface DualValue {
  readonly g: number
  readonly gDot: number
}

/** The dual activation of one pointwise nonlinearity: a Gaussian expectation. */
export interface Dual {
  /**
   * Two inputs with variances q, q' ≥ 0 and covariance k, |k| ≤ √(q q'). At zero variance the derivative is taken at the
   * kink as φ' takes it, so a dead ReLU position has G = Ġ = 0.
   */
  readonly pair: (q: number, q2: number, k: number) => DualValue
  /** One input with itself: the correlation is exactly 1, whatever the rounding of k would say. */
  readonly diagonal: (q: number) => DualValue
}

/**
 * A closed form that kernels compute:
 *
 *     arc-cosine        gain · that of max(z, slope · z): see `arcCosineDual`
 *     erf               see `erfDual`
 *     piecewise-linear  see `piecewiseLinearDual`
 */
export type ClosedDual =
  | { readonly family: 'arc-cosine'; readonly slope: number; readonly gain?: number }
  | { readonly family: 'erf' }
  | { readonly family: 'piecewise-linear'; readonly left: number; readonly kinks: readonly Kink[] }

/** Where a piecewise linear function bends, and by how much its slope rises there. */
export interface Kink {
  readonly at: number
  readonly rise: number
}
