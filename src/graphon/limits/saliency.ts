import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { Scope } from '../../prune/budget.js'
import { sumOf } from './closed-form.js'
import { tailProbability } from './normal-tail.js'
import type { Profile } from './profiles.js'
import { solveThreshold } from './threshold.js'
import { NumbersError } from '../../numbers-error.js'

export interface SaliencyLimit {
  /** P(kept) of every weight, `[out, in]` per matrix. */
  readonly probabilities: readonly Matrix[]
  /** Expected density of each matrix. */
  readonly densities: readonly number[]
  /** τ of each matrix: all alike under a global budget. */
  readonly thresholds: readonly number[]
}

/**
 * Points of the table of a tail, over ln x from −range to range, with a cubic between them that has the tail's slopes: good
 * to 1e-12. Below the range the tail is linear in x, above it nothing is kept.
 */
const tableSize = 8193
const tableRange = 12
const tableStep = (2 * tableRange) / (tableSize - 1)

/** ln x ↦ P(|w| ε > x), the mean over the residual's quantiles ε; without a residual ε = 1. */
function tailOf({ residual = Float64Array.of(1) }: Profile): (logX: number) => number {
  const values = new Float64Array(tableSize)
  const slopes = new Float64Array(tableSize)
  const factors = residual.filter((factor) => factor > 0)
  const all = factors.length / residual.length
  for (let k = 0; k < tableSize; k++) {
    const x = Math.exp(-tableRange + k * tableStep)
    for (const factor of factors) {
      const t = x / factor
      values[k] += tailProbability(t) / residual.length
      slopes[k] -= (tableStep * t * Math.sqrt(2 / Math.PI) * Math.exp(-(t * t) / 2)) / residual.length
    }
  }
  return (logX) => {
    const place = (logX + tableRange) / tableStep
    if (place <= 0) return all - (all - values[0]) * Math.exp(logX + tableRange)
    if (place >= tableSize - 1) return 0
    const k = Math.floor(place)
    const t = place - k
    const rest = 1 - t
    const [from, to] = [values[k] * (1 + 2 * t) + slopes[k] * t, values[k + 1] * (3 - 2 * t) - slopes[k + 1] * rest]
    return rest * rest * from + t * t * to
  }
}

/** ln r and ln c; −∞ for no saliency. */
const logarithms = (profile: Float64Array): Float64Array => profile.map((value) => Math.log(value))

/**
 * Factorised saliency: with scores |w_ij| r_i c_j ε, w ~ N(0, 1) independent of the profiles,
 *
 *     P(kept)_ij = E_ε erfc(τ / (r_i c_j ε √2)),    Σ P(kept) = density · weights,
 *
 * one τ for all matrices or one for each (arXiv 2602.06675; here with a residual factor ε for gradients of a batch).
 *
 * @param profiles of every matrix, see `snipProfiles` and `synflowProfiles`
 * @throws RangeError when the density is not in (0, 1] or there is no profile
 *
 * @example
 * import { saliencyLimit } from 'limn/graphon'
 *
 * // Scores |w| r c with the same r and c everywhere: magnitude pruning.
 * const profile = { rows: Float64Array.of(1, 1), cols: Float64Array.of(1, 1), misfit: 0 }
 * const { probabilities, thresholds } = saliencyLimit([profile], 0.5, 'layer')
 * console.log(probabilities[0].data[0].toFixed(4), thresholds[0].toFixed(4)) // 0.5000 0.6745
 */
export function saliencyLimit(profiles: readonly Profile[], density: number, scope: Scope): SaliencyLimit {
  if (!(0 < density && density <= 1))
    throw new NumbersError(`saliencyLimit: expected a density in (0, 1], got ${density}`)
  if (profiles.length === 0) throw new NumbersError('saliencyLimit: expected at least one profile, got none')
  const tails = profiles.map(tailOf)
  const logs = profiles.map(({ rows, cols }) => ({ rows: logarithms(rows), cols: logarithms(cols) }))
  const probability = (l: number, logX: number): number => (logX < Infinity ? tails[l](logX) : 0)
  const kept = (l: number, tau: number): number => {
    const { rows, cols } = logs[l]
    const logTau = Math.log(tau)
    let sum = 0
    for (const r of rows) for (const c of cols) sum += probability(l, logTau - r - c)
    return sum
  }
  const counts = profiles.map(({ rows, cols }) => rows.length * cols.length)
  const solve = (layers: readonly number[]): number => {
    const total = sumOf(layers.map((l) => counts[l]))
    return solveThreshold((tau) => sumOf(layers.map((l) => kept(l, tau))) / total, density)
  }
  const all = profiles.map((_, l) => l)
  const common = scope === 'global' ? solve(all) : undefined
  const thresholds = all.map((l) => common ?? solve([l]))
  const probabilities = logs.map(({ rows, cols }, l) => {
    const P = matrix(rows.length, cols.length)
    const logTau = Math.log(thresholds[l])
    rows.forEach((r, i) => cols.forEach((c, j) => (P.data[i * cols.length + j] = probability(l, logTau - r - c))))
    return P
  })
  return {
    probabilities,
    thresholds,
    densities: probabilities.map(({ data }) => data.reduce((a, b) => a + b, 0) / data.length),
  }
}
