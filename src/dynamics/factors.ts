/** Discrete gradient descent, or gradient flow at time η t. */
export type DynamicsMode = 'descent' | 'flow'

/**
 * log |residual factor per step| of a mode with x = ηλ/N: log|1 − x| for descent, −x for flow. Exact near x = 0, where
 * 1 − x would lose the digits of x.
 */
export function logFactor(mode: DynamicsMode, x: number): number {
  if (mode === 'flow') return -x
  return x < 1 ? Math.log1p(-x) : Math.log(x - 1)
}

/** What is left of a mode after t steps: (1 − x)^t, or e^{−x t}. Any sign of x. */
export function remaining(mode: DynamicsMode, x: number, t: number): number {
  if (t === 0) return 1
  const size = Math.exp(t * logFactor(mode, x))
  return mode === 'descent' && x > 1 && t % 2 === 1 ? -size : size
}

/** What a mode has learned after t steps, 1 − {@link remaining}, without cancellation; 0 at x = 0. */
export function learned(mode: DynamicsMode, x: number, t: number): number {
  if (t === 0) return 0
  if (mode === 'flow' || x < 1) return -Math.expm1(t * logFactor(mode, x))
  return 1 - remaining(mode, x, t)
}
