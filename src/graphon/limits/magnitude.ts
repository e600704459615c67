import type { NetworkSpec } from '../../network/network.js'
import { checkLimit, sumOf, weightCounts, type ConstantLimit, type LimitOptions } from './closed-form.js'
import { tailEnergy, tailProbability } from './normal-tail.js'
import { solveThreshold, tailQuantile } from './threshold.js'
import { NumbersError } from '../../numbers-error.js'

export interface MagnitudeLimit extends ConstantLimit {
  /** t_l = τ √n_{l−1} / σ_l: the threshold in standard deviations of the weights of each matrix. */
  readonly thresholds: readonly number[]
}

/** Standard deviation of effective weights, σ_l / √n_{l−1}. */
const effectiveDeviation = ({ sizes, sigmaW2 }: NetworkSpec): number[] =>
  sigmaW2.map((variance, i) => Math.sqrt(variance / sizes[i]))

const atThresholds = (thresholds: readonly number[], deviations: readonly number[]): MagnitudeLimit => ({
  thresholds,
  densities: thresholds.map(tailProbability),
  energies: thresholds.map(tailEnergy),
  deviations,
})

/**
 * Fluctuation of the layers' shares of one budget. A common threshold that is moved until the total fits takes the part
 * φ_l of any surplus from matrix l, φ_l being its share of the weights at the threshold: the variance of the number kept is
 * v_l (1 − φ_l)² + φ_l² Σ_{m≠l} v_m with binomial v.
 */
function globalDeviations(counts: readonly number[], thresholds: readonly number[]): number[] {
  const atEdge = counts.map((count, l) => count * thresholds[l] * Math.exp(-(thresholds[l] ** 2) / 2))
  const edge = sumOf(atEdge)
  const binomial = counts.map(
    (count, l) => count * tailProbability(thresholds[l]) * (1 - tailProbability(thresholds[l])),
  )
  const all = sumOf(binomial)
  return counts.map((count, l) => {
    const share = edge > 0 ? atEdge[l] / edge : 0
    return Math.sqrt(binomial[l] * (1 - share) ** 2 + share ** 2 * (all - binomial[l])) / count
  })
}

/**
 * Magnitude pruning at initialisation. Effective weights σ_l w / √n_{l−1}, w ~ N(0, 1), are independent of everything else,
 * so every graphon is constant. Under a global budget
 *
 *     W^l = erfc(τ √n_{l−1} / (σ_l √2)),    Σ_l n_l n_{l−1} W^l = density · Σ_l n_l n_{l−1},
 *
 * which has one solution τ; per-layer budgets prescribe W^l = density. The energy of what is kept is E[w²; |w| > t_l].
 *
 * @throws RangeError when sizes, σ_w² or density are out of range
 *
 * @example
 * import { magnitudeLimit } from 'limn/graphon'
 *
 * // Every matrix has its own budget.
 * const { densities } = magnitudeLimit({ sizes: [784, 300, 10], density: 0.1, scope: 'layer' })
 * console.log(densities.map((density) => density.toFixed(4))) // [ '0.1000', '0.1000' ]
 */
export function magnitudeLimit(options: LimitOptions): MagnitudeLimit {
  const spec = checkLimit('magnitudeLimit', options)
  const { density, scope } = options
  const counts = weightCounts(spec)
  if (scope === 'layer') {
    const t = tailQuantile(density)
    return atThresholds(
      counts.map(() => t),
      counts.map(() => 0),
    )
  }
  const deviations = effectiveDeviation(spec)
  const total = sumOf(counts)
  const kept = (tau: number) => sumOf(counts.map((count, l) => count * tailProbability(tau / deviations[l]))) / total
  const tau = solveThreshold(kept, density)
  const thresholds = deviations.map((deviation) => tau / deviation)
  return atThresholds(thresholds, globalDeviations(counts, thresholds))
}

/**
 * The limit of {@link magnitudeLimit} as all hidden layers grow in proportion while d and C stay. Weights of the first
 * matrix stay of order 1/√d while the others shrink like 1/√n, and the matrices between hidden layers come to own the whole
 * budget, so with L ≥ 2
 *
 *     W^1 = 1,    Σ_{1<l≤L} h_l h_{l−1} erfc(t √h_{l−1} / (σ_l √2)) = density · Σ_{1<l≤L} h_l h_{l−1},
 *     W^{L+1} = erfc(t √h_L / (σ_{L+1} √2)),
 *
 * with h the proportions. 1 − W^1 falls like 1/√n, the other densities move like 1/n: a *budget drift*, but one with a
 * limit. With one hidden layer the first matrix takes what it can and the last gets the rest. Fluctuations vanish.
 *
 * @param options hidden sizes matter by their proportions only
 * @throws RangeError when sizes, σ_w² or density are out of range, or there is no hidden layer to grow
 *
 * @example
 * import { magnitudeWidthLimit } from 'limn/graphon'
 *
 * const { densities } = magnitudeWidthLimit({ sizes: [784, 100, 100, 10], density: 0.2, scope: 'global' })
 * // Inputs are few beside an infinite layer, and their larger weights survive.
 * console.log(densities.map((density) => density.toFixed(4))) // [ '1.0000', '0.2000', '0.0699' ]
 */
export function magnitudeWidthLimit(options: LimitOptions): MagnitudeLimit {
  const spec = checkLimit('magnitudeWidthLimit', options)
  const { density, scope } = options
  const { sizes } = spec
  const last = sizes.length - 2
  if (last < 1) throw new NumbersError('magnitudeWidthLimit: expected at least one hidden layer, got none')
  const none = sizes.slice(1).map(() => 0)
  if (scope === 'layer')
    return atThresholds(
      none.map(() => tailQuantile(density)),
      none,
    )
  if (last === 1) {
    const [d, , C] = sizes
    const wanted = density * (d + C)
    return atThresholds([Math.min(1, wanted / d), Math.max(0, wanted - d) / C].map(tailQuantile), none)
  }
  const deviations = effectiveDeviation(spec)
  const inner = weightCounts(spec).map((count, l) => (l > 0 && l < last ? count : 0))
  const total = sumOf(inner)
  const kept = (tau: number) =>
    sumOf(inner.map((count, l) => count && count * tailProbability(tau / deviations[l]))) / total
  const tau = solveThreshold(kept, density)
  return atThresholds(
    deviations.map((deviation, l) => (l === 0 ? 0 : tau / deviation)),
    none,
  )
}
