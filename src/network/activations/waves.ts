import type { DualValue } from './dual.js'

/**
 * E[sin z sin z'] and E[cos z cos z']: e^{−(q + q')/2} sinh k and e^{−(q + q')/2} cosh k, whose exponents are not positive as
 * |k| ≤ (q + q')/2.
 */
export function waveExpectations(
  q: number,
  q2: number,
  k: number,
): { readonly sines: number; readonly cosines: number } {
  const size = Math.min(Math.abs(k), (q + q2) / 2)
  const largest = Math.exp(size - (q + q2) / 2) / 2
  const rest = Math.exp(-2 * size)
  return { sines: -Math.sign(k) * largest * Math.expm1(-2 * size), cosines: largest * (1 + rest) }
}

export const sineDual = (q: number, q2: number, k: number): DualValue => {
  const { sines, cosines } = waveExpectations(q, q2, k)
  return { g: sines, gDot: cosines }
}

export const cosineDual = (q: number, q2: number, k: number): DualValue => {
  const { sines, cosines } = waveExpectations(q, q2, k)
  return { g: cosines, gDot: sines }
}
