import type { GraphonChain } from '../chain/chain.js'
import { distanceChains } from '../distances/chains.js'
import { NumbersError } from '../../numbers-error.js'

/** The estimate at one width of a ladder of growing networks. */
export interface WidthEstimate {
  readonly width: number
  /** Mean over trials. */
  readonly chain: GraphonChain
  /** `splitHalf` of the trials, per weight matrix; null with one trial. */
  readonly splitHalf: readonly number[] | null
}

/** The distance, per weight matrix, that pure noise gives between the rungs at two places of the ladder (0 = narrowest). */
export type Floor = (narrow: number, wide: number) => readonly number[]

/** One width of one matrix; all distances are L2 over [0, 1]². */
export interface WidthDistances {
  readonly width: number
  /** Distance to the widest network's estimate; null at the widest itself. */
  readonly toWidest: number | null
  readonly toWidestFloor: number | null
  /** Distance to the next smaller width's estimate; null at the smallest. */
  readonly successive: number | null
  readonly successiveFloor: number | null
  readonly splitHalf: number | null
}

export interface MatrixConvergence {
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  readonly points: readonly WidthDistances[]
}

/** Computes each pair once: the last step of the ladder is asked for twice. */
function memo(pairs: Floor): Floor {
  const known = new Map<string, readonly number[]>()
  return (narrow, wide) => {
    const key = `${narrow} ${wide}`
    const values = known.get(key) ?? pairs(narrow, wide)
    known.set(key, values)
    return values
  }
}

/**
 * Does a ladder of widths approach a graphon? Per matrix and width, the distance to the widest estimate, which shrinks for
 * any sequence because the reference is its own last member, and the distance to the next smaller width, which does not;
 * both with the floor that pure noise gives. Widths with fewer units than bins have fewer bins and are compared on the
 * common refinement.
 *
 * @param ladder narrowest first
 * @param floor the noise floor of a pair, for example by `erdosRenyiFloor`; absent: floors are null
 * @throws RangeError when widths do not increase, or chains are not comparable
 *
 * @example
 * import { chainOf, constantChain, sampleMasks } from 'limn'
 * import { convergence } from 'limn/graphon'
 *
 * const graphon = constantChain({ inputs: 8, classes: 4, hidden: [1, 1] }, 0.3)
 * const ladder = [16, 32, 64].map((width) => ({
 *   width,
 *   chain: chainOf(sampleMasks(graphon, [width, width], width), { bins: 4 }),
 *   splitHalf: null,
 * }))
 * console.log(convergence(ladder).map(({ matrix, points }) => `${matrix}: ${points.length} widths`))
 * // [ '1: 3 widths', '2: 3 widths', '3: 3 widths' ]
 */
export function convergence(ladder: readonly WidthEstimate[], floor?: Floor): MatrixConvergence[] {
  ladder.forEach(({ width }, i) => {
    if (width > (i > 0 ? ladder[i - 1].width : 0)) return
    throw new NumbersError(`convergence: expected increasing positive widths, got ${width} at place ${i}`)
  })
  if (ladder.length === 0) return []
  const distances = memo((narrow, wide) =>
    distanceChains(ladder[narrow].chain, ladder[wide].chain, { norm: 'l2' }).map(({ value }) => value),
  )
  const floors = floor && memo(floor)
  const last = ladder.length - 1
  return ladder[0].chain.W.map((_, l) => ({
    matrix: l + 1,
    points: ladder.map(({ width, splitHalf }, i) => ({
      width,
      toWidest: i < last ? distances(i, last)[l] : null,
      toWidestFloor: i < last && floors ? floors(i, last)[l] : null,
      successive: i > 0 ? distances(i - 1, i)[l] : null,
      successiveFloor: i > 0 && floors ? floors(i - 1, i)[l] : null,
      splitHalf: splitHalf ? splitHalf[l] : null,
    })),
  }))
}
