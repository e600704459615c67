import type { ActivationForm } from '../../network/activations/definition.js'
import { bendOf, rampCoefficients } from './bend.js'
import { expand, type Expansion } from './hermite.js'
import { termSizes } from './term-sizes.js'

/** Variances at which a binade is computed; between them polynomials of one degree less. */
export const binadeNodes = 16

/** Chebyshev's points on [−1, 1]. */
const points = Array.from({ length: binadeNodes }, (_, i) => Math.cos((Math.PI * (i + 0.5)) / binadeNodes))

/** The binade 2^e ≤ q < 2^(e+1) of a variance. */
export const binadeOf = (q: number): number => {
  const e = Math.floor(Math.log2(q))
  return q >= 2 ** (e + 1) ? e + 1 : q < 2 ** e ? e - 1 : e
}

/** Where a variance stands in its binade, on [−1, 1]. */
export const placeIn = (q: number, binade: number): number => 2 * (q * 2 ** -binade) - 3

/** Chebyshev coefficients, half of the first, of the polynomial through values at the points. */
function chebyshev(values: readonly number[]): number[] {
  return points.map((_, degree) => {
    const sum = values.reduce(
      (total, value, i) => total + value * Math.cos((degree * Math.PI * (i + 0.5)) / binadeNodes),
      0,
    )
    return ((degree === 0 ? 1 : 2) * sum) / binadeNodes
  })
}

/** T_0 … T_15 at t: what the coefficients of a binade are multiplied by. */
export function chebyshevAt(t: number): Float64Array {
  const values = new Float64Array(binadeNodes)
  values[0] = 1
  values[1] = t
  for (let k = 2; k < binadeNodes; k++) values[k] = 2 * t * values[k - 1] - values[k - 2]
  return values
}

/** φ's expansions over the variances of one binade, as polynomials of q. */
export interface Binade {
  /** `[16]` each: E φ, E φ² and E φ'². */
  readonly mean: Float64Array
  readonly g: Float64Array
  readonly gDot: Float64Array
  /** `[terms, 16]` */
  readonly coefficients: Float64Array
  readonly terms: number
  /** The largest share of E φ'² that the terms leave out. */
  readonly left: number
  /** Per term the largest share of E φ'² that it adds. */
  readonly largest: Float64Array
  /** Per term the largest |b_m|. */
  readonly degrees: Float64Array
}

/** @param terms how many Hermite coefficients */
export function expandBinade(form: ActivationForm, binade: number, terms: number): Binade {
  const expansions = points.map((t): Expansion => expand(form, 2 ** binade * ((3 + t) / 2), terms))
  const fit = (pick: (expansion: Expansion) => number): Float64Array =>
    Float64Array.from(chebyshev(expansions.map(pick)))
  const coefficients = new Float64Array(terms * binadeNodes)
  for (let m = 0; m < terms; m++)
    coefficients.set(
      fit(({ coefficients: b }) => b[m]),
      m * binadeNodes,
    )
  const bend = bendOf(form)
  const ramps = rampCoefficients(terms)
  const sizes = expansions.map((expansion, i) => {
    const deviation = Math.sqrt(2 ** binade * ((3 + points[i]) / 2))
    return termSizes(expansion, bend * deviation, ramps)
  })
  return {
    mean: fit(({ mean }) => mean),
    g: fit(({ g }) => g),
    gDot: fit(({ gDot }) => gDot),
    coefficients,
    terms,
    left: Math.max(...sizes.map(({ left }) => left)),
    largest: Float64Array.from({ length: terms }, (_, m) => Math.max(...sizes.map(({ each }) => each[m]))),
    degrees: Float64Array.from({ length: terms }, (_, m) =>
      Math.max(...expansions.map(({ coefficients: b }) => Math.abs(b[m]))),
    ),
  }
}
