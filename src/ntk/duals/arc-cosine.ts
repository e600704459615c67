import type { Dual } from '../../network/activations/dual.js'

/**
 * The dual of φ(z) = max(z, slope · z): leaky ReLU; ReLU at slope 0, the identity at slope 1.
 * With ρ the correlation, n = √(q q') and ψ = π − arccos ρ,
 *
 *     G = slope · k + (1 − slope)² n (√(1 − ρ²) + ρ ψ) / 2π,    Ġ = slope + (1 − slope)² ψ / 2π.
 *
 * ψ is taken as the polar angle of (−ρ, √((1 − ρ)(1 + ρ))), which keeps its digits where arccos loses half of them.
 * At zero variance φ'(0) = slope: Ġ = slope² when both variances vanish and slope (1 + slope)/2 when one does.
 *
 * Source: Cho and Saul, 'Kernel methods for deep learning' (2009), eqs. 5 to 7 at orders 0 and 1.
 */
export function arcCosineDual(slope: number): Dual {
  const weight = (1 - slope) * (1 - slope) * (0.5 / Math.PI)
  return {
    pair(q, q2, k) {
      if (q === 0 || q2 === 0) return { g: 0, gDot: slope * (q === q2 ? slope : (1 + slope) * 0.5) }
      const norm = q * Math.sqrt(q2 / q)
      const rho = Math.min(1, Math.max(-1, k / norm))
      const sine = Math.sqrt((1 - rho) * (1 + rho))
      const angle = Math.atan2(sine, -rho)
      return { g: slope * k + norm * (weight * (sine + rho * angle)), gDot: slope + weight * angle }
    },
    diagonal(q) {
      const gDot = q === 0 ? slope * slope : slope + (1 - slope) * (1 - slope) * 0.5
      return { g: gDot * q, gDot }
    },
  }
}
