import type { Dual } from './dual.js'

/** φ(z) = z: G = k and Ġ = 1, also at zero variance. */
export const identityDual: Dual = {
  family: 0,
  slope: 1,
  pair: (_q, _q2, k) => ({ g: k, gDot: 1 }),
  diagonal: (q) => ({ g: q, gDot: 1 }),
}
