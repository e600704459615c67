import { kernelDtypes } from '../ntk/entry-precision.js'
import { orderOf, type Spectrum } from './metric.js'

/**
 * What a kernel is by its smallest eigenvalue.
 * - `zero`: all eigenvalues are 0
 * - `semidefinite`: none is negative beyond what its precision explains
 * - `noisy`: negative beyond that, and no further than float32 arithmetic would explain: ranks and shares keep their meaning
 * - `indefinite`: negative beyond that, too
 */
export type Definiteness = 'zero' | 'semidefinite' | 'noisy' | 'indefinite'

/** What can be told from zero in a spectrum. */
export interface Levels {
  /** Eigenvalues up to this are not told from 0 by gap and condition number. */
  readonly level: number
  /** The same, and no less than 1e-12 λ₁: eigenvalues up to this enter no fit and no rank. */
  readonly floor: number
  readonly definiteness: Definiteness
}

/** The floor of a kernel that is known to the last bit of f64, relative to λ₁. */
const relativeFloor = 1e-12
/** A kernel of n samples has eigenvalues to n times this, relative to the largest |λ|. */
const unit = kernelDtypes.float64.epsilon
/** Rounding that makes one eigenvalue negative makes others positive by as much, give or take. */
const noiseMargin = 2
/** Negative eigenvalues, relative to λ₁, of a positive semidefinite kernel that float32 arithmetic has gone through. */
const singlePrecision = 4 * kernelDtypes.float32.epsilon

const smallestOf = ({ eigenvalues, smallest = eigenvalues[eigenvalues.length - 1] }: Spectrum): number => smallest

/**
 * The precision of a spectrum, from that of the entries, the residual, and what is negative though it cannot be.
 *
 * @example
 * import { levelsOf } from 'limn'
 *
 * console.log(levelsOf({ eigenvalues: [2, -1], trace: 1 }).definiteness) // indefinite
 */
export function levelsOf(spectrum: Spectrum): Levels {
  const { eigenvalues, error = 0, residual = 0 } = spectrum
  if (eigenvalues.length === 0) return { level: 0, floor: 0, definiteness: 'zero' }
  const [largest, smallest] = [eigenvalues[0], smallestOf(spectrum)]
  const size = Math.max(Math.abs(largest), Math.abs(smallest))
  const rounding = Math.max(orderOf(spectrum) * unit * size, error, residual * size)
  const level = Math.max(rounding, smallest < 0 ? noiseMargin * -smallest : 0)
  const explained = Math.max(relativeFloor * size, rounding)
  const definiteness =
    size === 0
      ? 'zero'
      : smallest >= -explained
        ? 'semidefinite'
        : -smallest <= singlePrecision * largest
          ? 'noisy'
          : 'indefinite'
  return { level, floor: Math.max(relativeFloor * Math.max(0, largest), level), definiteness }
}

/** λ_k / λ₁ in three digits, with a minus sign. */
function inUnits(value: number, largest: number): string {
  const text = Number((value / largest).toPrecision(3)).toString()
  return `${text.replace('-', '−').replace('e-', 'e−')} λ₁`
}

/** Says how negative the smallest eigenvalue is, for a kernel that has one which its precision does not explain. */
function negativePart(spectrum: Spectrum): string {
  const [largest, smallest] = [spectrum.eigenvalues[0], smallestOf(spectrum)]
  return largest > 0
    ? `its smallest eigenvalue is ${inUnits(smallest, largest)}`
    : `its smallest eigenvalue is ${String(Number(smallest.toPrecision(3))).replace('-', '−')} and none is positive`
}

/**
 * What a user of this kernel should know, as the end of a sentence that begins with its name; undefined if nothing.
 *
 * @example
 * import { kernelWarning } from 'limn'
 *
 * console.log(kernelWarning({ eigenvalues: [2, 1], trace: 3 }), kernelWarning({ eigenvalues: [0, 0], trace: 0 }))
 * // undefined is zero: no path is active, or its entries were too small for their type
 */
export function kernelWarning(spectrum: Spectrum): string | undefined {
  const { definiteness } = levelsOf(spectrum)
  if (definiteness === 'zero') return 'is zero: no path is active, or its entries were too small for their type'
  if (definiteness === 'semidefinite') return undefined
  const origin = definiteness === 'noisy' ? ', as if it had been computed in float32' : ''
  return `is not positive semidefinite: ${negativePart(spectrum)}${origin}`
}

/** Why a metric of shares or ranks has no value; undefined when it has. */
export function notPositive(spectrum: Spectrum): string | undefined {
  const { definiteness } = levelsOf(spectrum)
  if (definiteness === 'zero') return 'the kernel is zero'
  if (!(spectrum.eigenvalues[0] > 0)) return 'no eigenvalue is positive'
  if (definiteness === 'indefinite') return `the kernel is not positive semidefinite: ${negativePart(spectrum)}`
  return undefined
}
