import { short } from './output.js'

/** Below this a density, or a difference of densities, is rounding. */
const roundingOfDensities = 1e-12
/** Below this part of a value its error is rounding. */
const roundingOfErrors = 1e-9

/** A number on the scale of densities, whose rounding is 0. */
export const ofDensity = (value: number): string => (Math.abs(value) < roundingOfDensities ? '0' : short(value))

/** `value ± error`; the value alone where the error is rounding. */
export const plusMinus = (value: number, error: number): string =>
  error > roundingOfErrors * Math.abs(value) && error > roundingOfDensities
    ? `${ofDensity(value)} ± ${short(error)}`
    : ofDensity(value)

/**
 * What lies between two certain bounds, in words that go after a name: one number where both read the same, `at most …` where
 * the lower bound says nothing.
 *
 * @param lower at least 0
 * @param show how a number reads; default {@link ofDensity}
 */
export function between(lower: number, upper: number, show = ofDensity): string {
  const [from, to] = [lower, upper].map(show)
  if (from === to) return to
  return from === '0' ? `at most ${to}` : `between ${from} and ${to}`
}
