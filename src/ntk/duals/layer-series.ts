import type { ActivationForm } from '../../network/activations/definition.js'
import { binadeNodes, binadeOf, chebyshevAt, expandBinade, placeIn, type Binade } from './binades.js'
import { bendOf, rampCoefficients } from './bend.js'
import { expand } from './hermite.js'
import { mostTerms, seriesTolerance, tooFewTerms } from './hermite-dual.js'

/** Brackets of 1 − |ρ| as kernels take them: four to an octave down to 2^-20. */
const brackets = 80
/** Terms that are tried first. */
const fewTerms = 64
/** Binades of the variances that the pairs (i, i) may have. */
export const variances: { readonly least: number; readonly end: number } = { least: -56, end: 15 }

const known = new WeakMap<ActivationForm, Map<string, Binade>>()

/** {@link expandBinade}, made once. */
function binadeFor(form: ActivationForm, binade: number, terms: number): Binade {
  const made = known.get(form) ?? new Map<string, Binade>()
  known.set(form, made)
  const key = `${binade} ${terms}`
  const found = made.get(key) ?? expandBinade(form, binade, terms)
  made.set(key, found)
  return found
}

/** E φ² and E φ'² over all binades, as `seriesDiagonal` reads them: its head, then `[binade, 2, 16]`. */
export function diagonalTable(form: ActivationForm): Float64Array {
  const { least, end } = variances
  const head = 4
  const table = new Float64Array(head + (end - least) * 2 * binadeNodes)
  const point = expand(form, 0, 1)
  table.set([least, end - least, point.g, point.gDot])
  for (let binade = least; binade < end; binade++) {
    const { g, gDot } = binadeFor(form, binade, 1)
    const at = head + (binade - least) * 2 * binadeNodes
    table.set(g, at)
    table.set(gDot, at + binadeNodes)
  }
  return table
}

/** The largest |ρ| of a bracket. */
function largestOf(bracket: number): number {
  if (bracket === 0) return 0
  if (bracket === brackets) return 1
  const exponent = Math.ceil(bracket / 4)
  return 1 - 2 ** -exponent * (1 + (4 * exponent - bracket) / 4)
}

/** The terms of a layer's series. */
export interface LayerSeries {
  readonly binades: ReadonlyMap<number, Binade>
  /** First degree and distance from one to the next: 2 where φ is odd or even. */
  readonly start: 0 | 1
  readonly stride: 1 | 2
  /** How many there are. */
  readonly terms: number
  /** `[81]`: how many of them a bracket of |ρ| needs. */
  readonly needed: Int32Array
  /** The largest |ρ| at which they leave out no more than is taken; 2 where there is none. */
  readonly limit: number
  /** Square of what {@link bendOf} says, and of each term r_m² / (m + 1) of max(x, 0). */
  readonly bend: number
  readonly ramps: Float64Array
}

/** Which degrees do not vanish: φ' is even, odd or neither. */
function parityOf(binades: readonly Binade[]): Pick<LayerSeries, 'start' | 'stride'> {
  const share = (odd: 0 | 1): number =>
    Math.max(...binades.map(({ degrees }) => Math.max(...degrees.filter((_, m) => m % 2 === odd))))
  if (share(1) < 1e-14) return { start: 0, stride: 2 }
  return share(0) < 1e-14 ? { start: 1, stride: 2 } : { start: 0, stride: 1 }
}

function binadesBetween(least: number, most: number): number[] {
  const [first, last] = [Math.max(variances.least, binadeOf(least)), binadeOf(most)]
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => first + i)
}

/** E φ and E φ' alone, as a series of one term. */
export function layerMeans(form: ActivationForm, least: number, most: number): LayerSeries {
  const binades = new Map(binadesBetween(least, most).map((binade) => [binade, binadeFor(form, binade, 1)]))
  return {
    binades,
    start: 0,
    stride: 1,
    terms: 1,
    needed: new Int32Array(brackets + 1).fill(1),
    limit: 2,
    bend: 0,
    ramps: new Float64Array(1),
  }
}

/**
 * The Hermite series for variances from least to most: as many terms as leave out 1e-9 of Ġ at |ρ| = 1 or, where φ' is too rough
 * for that, 1024 of them, and for each bracket of |ρ| those that it needs.
 *
 * @throws RangeError when even for |ρ| up to ½ 1024 terms leave out more than 1e-6
 */
export function layerSeries(name: string, form: ActivationForm, least: number, most: number): LayerSeries {
  const { aim, most: worst } = seriesTolerance
  const numbers = binadesBetween(least, most)
  let found: Binade[] = []
  for (let terms = fewTerms; terms <= mostTerms; terms *= 2) {
    found = numbers.map((binade) => binadeFor(form, binade, terms))
    if (found.every(({ left }) => left <= aim / 2)) break
  }
  const bend = bendOf(form)
  // max(x, 0) is neither odd nor even.
  const { start, stride } = bend === 0 ? parityOf(found) : ({ start: 0, stride: 1 } as const)
  const all = found[0].terms
  const count = Math.ceil((all - start) / stride)
  const left = Math.max(...found.map((binade) => binade.left))
  const sizes = Float64Array.from({ length: count }, (_, t) =>
    Math.max(...found.map(({ largest }) => largest[start + t * stride])),
  )
  const needed = Int32Array.from({ length: brackets + 1 }, (_, bracket) => {
    const rho = largestOf(bracket)
    let rest = Math.min(left * rho ** all, aim / 2)
    let t = count
    while (t > 1 && rest + sizes[t - 1] * rho ** (start + (t - 1) * stride) <= aim) {
      t--
      rest += sizes[t] * rho ** (start + t * stride)
    }
    return t
  })
  const known = Array.from(needed, (_, bracket) => largestOf(bracket)).filter((rho) => left * rho ** all <= worst)
  const limit = known.length > brackets ? 2 : Math.max(0, ...known)
  if (limit < 0.5) throw tooFewTerms(name, left * 0.5 ** all)
  const ramps = rampCoefficients(all)
  return {
    binades: new Map(numbers.map((binade, i) => [binade, found[i]])),
    start,
    stride,
    terms: Math.max(...needed),
    needed,
    limit,
    bend: bend ** 2,
    ramps: Float64Array.from({ length: count }, (_, t) => ramps[start + t * stride] ** 2 / (start + t * stride + 1)),
  }
}

/** Writes E φ and then b_m / √(m + 1) of one variance, numbers `pitch` apart. */
export function writeExpansion(
  form: ActivationForm,
  { binades, start, stride, terms }: LayerSeries,
  q: number,
  into: Float64Array,
  at: number,
  pitch: number,
): void {
  if (q === 0) {
    into[at] = form.value(0)
    for (let t = 0; t < terms; t++) into[at + (t + 1) * pitch] = t === 0 && start === 0 ? form.derivative(0) : 0
    return
  }
  const binade = Math.max(variances.least, binadeOf(q))
  const { mean, coefficients } = binades.get(binade)!
  const polynomials = chebyshevAt(Math.max(-1, placeIn(q, binade)))
  const sum = (from: Float64Array, offset: number): number => {
    let total = 0
    for (let k = 0; k < binadeNodes; k++) total += from[offset + k] * polynomials[k]
    return total
  }
  into[at] = sum(mean, 0)
  for (let t = 0; t < terms; t++) {
    const m = start + t * stride
    into[at + (t + 1) * pitch] = sum(coefficients, m * binadeNodes) / Math.sqrt(m + 1)
  }
}
