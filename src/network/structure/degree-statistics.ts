import { meanAndSd } from '../../linalg/statistics.js'

/** How even the degrees of one side of a matrix are, beside chance. */
export type DegreeStatistics = {
  readonly mean: number
  readonly smallest: number
  readonly largest: number
  /** Sample variance, divisor m − 1; null for one unit. */
  readonly variance: number | null
  /** n p (1 − p): that of masks whose weights survive independently. */
  readonly binomialVariance: number
  /** variance / binomialVariance, 1 by chance; null where the one is null or the other 0. */
  readonly ratio: number | null
  /** How many standard deviations the variance is from chance, negative for more even; null where chance leaves no choice. */
  readonly deviate: number | null
  /** Whether that is beyond chance; null with `deviate`. */
  readonly verdict: 'regular' | 'chance' | 'uneven' | null
  /** Whether all degrees are the same. */
  readonly constant: boolean
}

/** Beyond it the verdict is not chance: a normal deviate that occurs with probability 0.001, both sides together. */
const significant = 3.2905

/**
 * Mean and variance of Σ d_i^(2), d^(2) = d (d − 1), when k of the N = m n places hold a survivor, every choice alike. Degrees
 * are then multivariate hypergeometric, with factorial moments E Π d_i^(r_i) = k^(r) Π n^(r_i) / N^(r), r = Σ r_i.
 */
export function pairMoments(m: number, n: number, k: number): { readonly mean: number; readonly variance: number } {
  const total = m * n
  /** E d^(r) of one unit. */
  const moment = (r: number): number => {
    let product = 1
    for (let t = 0; t < r; t++) product *= ((n - t) * (k - t)) / (total - t)
    return product
  }
  const [second, third, fourth] = k < 2 || n < 2 ? [0, 0, 0] : [moment(2), moment(3), moment(4)]
  if (second === 0) return { mean: 0, variance: 0 }
  const own = fourth + 4 * third + 2 * second - second ** 2
  // E d_i^(2) d_j^(2) / (E d^(2))² − 1, as a difference of small numbers.
  const [less, more] = [(4 * k - 6) / (k * (k - 1)), (4 * total - 6) / ((total - 2) * (total - 3))]
  const shared = second ** 2 * (more - less - less * more)
  return { mean: m * second, variance: Math.max(0, m * (own + (m - 1) * shared)) }
}

/**
 * The deviate of Σ (d_i − k/m)² under chance: its distance from the smallest value that there is, as a scaled χ² with the
 * exact mean and variance, by the cube root of Wilson and Hilferty (1931). The sum goes in steps of 2; half a step is given
 * to chance.
 */
function deviateOf(sum: number, m: number, n: number, k: number): number | null {
  // Which weights are pruned is the same question; of few it is the one with less rounding.
  const few = Math.min(k, m * n - k)
  const pairs = pairMoments(m, n, few)
  if (!(pairs.variance > 0)) return null
  const left = few % m
  const smallest = (left * (m - left)) / m
  const mean = pairs.mean + few - (few * few) / m - smallest
  const excess = sum - smallest
  const nearer = excess < mean ? Math.min(mean, excess + 1) : Math.max(mean, excess - 1)
  const spread = pairs.variance / (9 * mean ** 2)
  return (Math.cbrt(Math.max(0, nearer) / mean) - (1 - spread)) / Math.sqrt(spread)
}

/**
 * Degrees of m units, each with n places, beside chance: masks with the same number of survivors, all alike.
 *
 * @param degrees survivors of each unit
 * @param places how many each could have
 */
export function degreeStatistics(degrees: Int32Array, places: number): DegreeStatistics {
  const m = degrees.length
  const kept = degrees.reduce((sum, degree) => sum + degree, 0)
  const p = kept / (m * places)
  const { mean, sd } = meanAndSd(degrees)
  const variance = m > 1 ? sd ** 2 : null
  const binomialVariance = places * p * (1 - p)
  const sum = degrees.reduce((squares, degree) => squares + (degree - mean) ** 2, 0)
  const deviate = m > 1 ? deviateOf(sum, m, places, kept) : null
  const beyond = deviate !== null && Math.abs(deviate) > significant
  const [smallest, largest] = [degrees.reduce((a, b) => Math.min(a, b)), degrees.reduce((a, b) => Math.max(a, b))]
  return {
    mean,
    smallest,
    largest,
    variance,
    binomialVariance,
    ratio: variance === null || binomialVariance === 0 ? null : variance / binomialVariance,
    deviate,
    verdict: deviate === null ? null : !beyond ? 'chance' : deviate < 0 ? 'regular' : 'uneven',
    constant: smallest === largest,
  }
}

/** Why degrees have no verdict, or no variance; undefined when they have both. */
export function degreeReason(degrees: Int32Array, places: number): string | undefined {
  const { deviate } = degreeStatistics(degrees, places)
  if (deviate !== null) return undefined
  if (degrees.length < 2) return 'there is one unit'
  const kept = degrees.reduce((sum, degree) => sum + degree, 0)
  if (kept === 0) return 'no weight survives'
  if (kept === degrees.length * places) return 'every weight survives'
  if (places === 1) return 'every unit has one weight'
  return kept === 1 ? 'one weight survives' : 'all weights but one survive'
}
