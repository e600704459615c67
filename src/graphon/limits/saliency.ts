import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { Scope } from '../../prune/budget.js'
import { sumOf } from './closed-form.js'
import { tailProbability } from './normal-tail.js'
import type { Profile } from './profiles.js'
import { solveThreshold } from './threshold.js'

export interface SaliencyLimit {
  /** P(kept) of every weight, `[out, in]` per matrix. */
  readonly probabilities: readonly Matrix[]
  /** Expected density of each matrix. */
  readonly densities: readonly number[]
  /** τ of each matrix: all alike under a global budget. */
  readonly thresholds: readonly number[]
}

/** Points of the table of a tail with residuals, over ln x from −12 to 12: linear between them is good to 1e-5. */
const tableSize = 4097
const tableRange = 12

/** P(|w| ε > x): exactly, or a table of the mean over the residual's quantiles ε. */
function tailOf({ residual }: Profile): (x: number) => number {
  if (!residual) return tailProbability
  const step = (2 * tableRange) / (tableSize - 1)
  const table = Float64Array.from({ length: tableSize }, (_, k) => {
    const x = Math.exp(-tableRange + k * step)
    return residual.reduce((sum, factor) => sum + (factor > 0 ? tailProbability(x / factor) : 0), 0) / residual.length
  })
  return (x) => {
    const place = Math.min(tableSize - 1, Math.max(0, (Math.log(x) + tableRange) / step))
    const k = Math.min(tableSize - 2, Math.floor(place))
    return table[k] + (place - k) * (table[k + 1] - table[k])
  }
}

/**
 * Factorised saliency: with scores |w_ij| r_i c_j ε, w ~ N(0, 1) independent of the profiles,
 *
 *     P(kept)_ij = E_ε erfc(τ / (r_i c_j ε √2)),    Σ P(kept) = density · weights,
 *
 * one τ for all matrices or one for each (arXiv 2602.06675; here with a residual factor ε for gradients of a batch).
 *
 * @param profiles of every matrix, see `snipProfiles` and `synflowProfiles`
 * @throws RangeError when the density is not in (0, 1] or there is no profile
 */
export function saliencyLimit(profiles: readonly Profile[], density: number, scope: Scope): SaliencyLimit {
  if (!(0 < density && density <= 1))
    throw new RangeError(`saliencyLimit: expected a density in (0, 1], got ${density}`)
  if (profiles.length === 0) throw new RangeError('saliencyLimit: expected at least one profile, got none')
  const tails = profiles.map(tailOf)
  const kept = (l: number, tau: number): number => {
    const { rows, cols } = profiles[l]
    let sum = 0
    for (const r of rows) for (const c of cols) sum += r * c > 0 ? tails[l](tau / (r * c)) : 0
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
  const probabilities = profiles.map(({ rows, cols }, l) => {
    const P = matrix(rows.length, cols.length)
    rows.forEach((r, i) =>
      cols.forEach((c, j) => {
        P.data[i * cols.length + j] = r * c > 0 ? tails[l](thresholds[l] / (r * c)) : 0
      }),
    )
    return P
  })
  return {
    probabilities,
    thresholds,
    densities: probabilities.map(({ data }) => data.reduce((a, b) => a + b, 0) / data.length),
  }
}
