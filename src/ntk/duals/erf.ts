import type { Dual } from '../../network/activations/dual.js'

/**
 * φ(z) = erf(z). With D = (1 + 2q)(1 + 2q') − 4k²,
 *
 *     G = (2/π) arcsin(2k / √((1 + 2q)(1 + 2q'))) = (2/π) atan2(2k, √D),    Ġ = (4/π) / √D.
 *
 * D is summed as 1 + 2(q + q') + 4(q q' − k²), whose terms are all non-negative. Nothing is special at zero variance:
 * G = 0 and Ġ = (4/π)/√(1 + 2q').
 *
 * Source: Williams, 'Computing with infinite networks' (1997), eq. 11.
 */
export const erfDual: Dual = {
  pair(q, q2, k) {
    const norm = Math.sqrt(q * q2)
    const gram = Math.max(0, (norm - Math.abs(k)) * (norm + Math.abs(k)))
    const root = Math.sqrt(1 + 2 * (q + q2) + 4 * gram)
    return { g: (2 / Math.PI) * Math.atan2(2 * k, root), gDot: 4 / Math.PI / root }
  },
  diagonal(q) {
    const root = Math.sqrt(1 + 4 * q)
    return { g: (2 / Math.PI) * Math.atan2(2 * q, root), gDot: 4 / Math.PI / root }
  },
}
