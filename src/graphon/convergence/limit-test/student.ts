import { erf } from '../../../network/erf.js'
import { NumbersError } from '../../../numbers-error.js'

/** From here on the expansion is as good as f64 needs: its first missing term is below 1e-9 at z = 3. */
const manyDegrees = 1000

/** Beyond six deviations 1 − erf has too few digits. */
const largestZ = 6

/** 1, ½·c, ½·¾·c², … (even ν) or 1, ⅔·c, ⅔·⅘·c², … (odd ν), c = cos²θ: what sin θ (cos θ) is multiplied by. */
function cosineSum(squaredCosine: number, degrees: number): number {
  const odd = degrees % 2
  const terms = (degrees - odd) / 2
  let sum = 0
  let term = 1
  for (let k = 1; k <= terms; k++) {
    sum += term
    term *= ((2 * k - 1 + odd) / (2 * k + odd)) * squaredCosine
  }
  return sum
}

/** P(|T| < √ν tan θ) for whole ν, with φ = π/2 − θ (Abramowitz and Stegun 26.7.3 and 26.7.4). */
function within(phi: number, degrees: number): number {
  const cosine = Math.sin(phi)
  const sum = cosineSum(cosine * cosine, degrees)
  if (degrees % 2 === 0) return Math.cos(phi) * sum
  return (2 / Math.PI) * (Math.PI / 2 - phi + Math.cos(phi) * cosine * sum)
}

/** Cornish–Fisher to ν⁻³ (Abramowitz and Stegun 26.7.5). */
function expansion(z: number, nu: number): number {
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / nu + second / nu ** 2 + third / nu ** 3
}

/**
 * How many standard errors a Student-t variable with ν degrees of freedom must exceed, in size, to be as rare as z standard
 * deviations of a normal one. Whole ν by the closed form of the distribution, solved by bisection to f64's precision.
 *
 * @param z from 0 to 6
 * @param degrees a whole number; 0 gives Infinity: without a degree of freedom nothing is beyond chance
 * @throws NumbersError when z or ν is no such number
 */
export function studentQuantile(z: number, degrees: number): number {
  if (!(z >= 0 && z <= largestZ)) throw new NumbersError(`studentQuantile: expected z from 0 to ${largestZ}, got ${z}`)
  if (!Number.isInteger(degrees) || degrees < 0) {
    throw new NumbersError(`studentQuantile: expected a whole number of degrees of freedom, got ${degrees}`)
  }
  if (degrees === 0) return Infinity
  if (degrees > manyDegrees) return expansion(z, degrees)
  if (z === 0) return 0
  const share = erf(z / Math.SQRT2)
  let low = 0
  let high = Math.PI / 2
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return Math.sqrt(degrees) / Math.tan(middle)
    if (within(middle, degrees) > share) low = middle
    else high = middle
  }
}
