import { pathCountBound } from './lower/counting.js'
import { cycleBound } from './lower/cycles.js'
import { degreeBound } from './lower/degrees.js'
import { gameBound } from './lower/game.js'
import { profileBound } from './lower/profiles.js'
import { largestGap, ranges, type Sides } from './lower/sides.js'
import { cutFromSpectrum, shifts, squaresFromSpectrum, type Shifted } from './lower/spectrum.js'
import type { NormName } from '../norms.js'

export type { Sides } from './lower/sides.js'

/** A bound and where it comes from. */
export interface LowerBound {
  readonly value: number
  readonly name: string
}

type Bound = (sides: Sides, shifted: () => readonly Shifted[]) => number

/** What the norm of A − B is at least under every relabelling. For l2 these bound its square. */
const bounds = {
  cut: {
    degrees: degreeBound,
    'path densities': pathCountBound,
    'cycle densities': (sides, shifted) => cycleBound(sides, shifted()),
    'singular values': (sides, shifted) => cutFromSpectrum(sides, shifted()),
    'game over fixed sets': gameBound,
  },
  l1: {
    'row and column profiles': (sides) => profileBound(sides, 1),
    'singular values': (sides, shifted) => {
      const gap = largestGap(sides)
      return gap > 0 ? squaresFromSpectrum(shifted()) / gap : 0
    },
  },
  l2: {
    'row and column profiles': (sides) => profileBound(sides, 2),
    'singular values': (_, shifted) => squaresFromSpectrum(shifted()),
  },
} satisfies Record<NormName, Record<string, Bound>>

/** Every bound of the table, what rounding can amount to taken off; at least 0. */
export function relabellingLowerBounds(norm: NormName, sides: Sides): LowerBound[] {
  const { a, b } = ranges(sides)
  const size = Math.max(...[a, b].flatMap(({ least, most }) => [Math.abs(least), Math.abs(most)]))
  const bins = sides.a.rows + sides.a.cols + sides.b.rows + sides.b.cols
  const rounding = 8 * Number.EPSILON * bins * size * (norm === 'l2' ? size : 1)
  let known: readonly Shifted[] | undefined
  const shifted = () => (known ??= shifts(sides))
  const table: Record<string, Bound> = bounds[norm]
  return Object.entries(table).map(([name, bound]) => {
    const value = Math.max(0, bound(sides, shifted) - rounding)
    return { name, value: norm === 'l2' ? Math.sqrt(value) : value }
  })
}

/**
 * A number that the norm of A − B is at least, however the free sides are relabelled or coupled; zero when both differ by a
 * relabelling: the largest of the bounds in the table.
 */
export function relabellingLowerBound(norm: NormName, sides: Sides): LowerBound {
  return relabellingLowerBounds(norm, sides).reduce((most, next) => (next.value > most.value ? next : most))
}
