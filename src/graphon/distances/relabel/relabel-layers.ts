import { isPermutation, type Coupling } from './coupling.js'
import { searchCouplings, type End } from './coupling-search.js'
import { playCouplings } from './coupling-play.js'
import { exchangePlaces } from './coupling-swaps.js'
import { distance, type DistanceResult } from '../distance.js'
import { alignLayer, unmovedCouplings, type Couplings, type LayeredPair } from './layered.js'
import type { NormOptions } from '../norm.js'
import type { NormName } from '../norms.js'
import { quickCuts } from '../cut/quick-cut.js'
import { everyRelabelling } from './relabel-all.js'
import { relabellingLowerBound, type LowerBound } from './relabel-lower.js'

/** A coupling as plain lists: place k lies in bin `a[k]` of the first and `b[k]` of the second, and has `measure[k]`. */
export interface CouplingList {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly measure: readonly number[]
}

/** The relabelling that was found. Where positions are fixed entries are null. */
export interface RelabelInfo {
  /** Bins of a in the order of b's bins: one for each, unless a coupling divides bins. */
  readonly rows: readonly number[] | null
  readonly cols: readonly number[] | null
  /** The distance with positions as they are: `[lower, upper]`. */
  readonly unmoved: readonly [number, number]
  /** Present where bins have been divided between several: the places that `rows`, `cols` and `witness` count. */
  readonly coupling?: { readonly rows: CouplingList | null; readonly cols: CouplingList | null }
}

/** What an interval's ends rest on. */
export interface ActiveBounds {
  /** The invariant that gives the largest lower bound; `none` when none is more than 0. */
  readonly lower: string
  /** What the best search started from. */
  readonly upper: string
}

/**
 * A distance after relabelling. `lower` ≤ the infimum over all relabellings ≤ `upper`; `value` is the best that is known of the
 * distance under the relabelling found, and `witness` the sets there, in places of `rows` × `cols`.
 */
export interface RelabelledResult extends DistanceResult {
  readonly relabel: RelabelInfo
  readonly bounds: ActiveBounds
}

export interface RelabelOptions extends NormOptions {
  readonly norm: NormName
  /**
   * Asked between steps of the search; false ends it with the best found so far, and the interval is as certain as ever.
   * Default: search to the end, the same result every time.
   */
  readonly keepOn?: () => boolean
}

/** Ends of an interval relatively this close are equal up to the rounding that the lower one has been charged with. */
const rounding = 1e-10
/** Ends of the search from which exchanges are tried. */
const exchangedEnds = 3
/** Smaller sides of matrices up to which cut norms are computed exactly during the search. */
const exactCuts = 6
/** Places on the longest axis up to which exchanges are tried. */
const largestExchange = 256

function layerDistance(pair: LayeredPair, l: number, couplings: Couplings, options: RelabelOptions): DistanceResult {
  const { a, b, rowMeasure, colMeasure } = alignLayer(pair, l, couplings)
  const even = (measure: Float64Array) => measure.every((value) => value === measure[0])
  const { norm, gap } = options
  return distance(a, b, {
    norm,
    ...(gap !== undefined && { gap }),
    ...(!even(rowMeasure) && { rowMeasure }),
    ...(!even(colMeasure) && { colMeasure }),
  })
}

/** Couplings, how they were found, and the sum of the layers' distances, for the cut norm of larger matrices as far as a quick search sees it. */
interface Candidate extends Pick<End, 'name' | 'couplings'> {
  readonly total: number
}

/**
 * The couplings with the smallest sum of distances that the search, play, exchanges and, where they are few, all permutations
 * give, and positions as they are. Nothing is searched below `lowest`, a lower bound of that sum.
 */
function candidates(pair: LayeredPair, options: RelabelOptions, lowest: number): [Candidate, Candidate] {
  const { norm, keepOn = () => true } = options
  const largest = Math.max(...[...pair.a, ...pair.b].map(({ rows, cols }) => Math.min(rows, cols)))
  const valued = ({ name, couplings }: Pick<End, 'name' | 'couplings'>): Candidate => ({
    name,
    couplings,
    total:
      norm === 'cut' && largest > exactCuts
        ? quickCuts(pair, couplings)
        : pair.a.reduce((sum, _, l) => sum + layerDistance(pair, l, couplings, { norm }).value, 0),
  })
  const unmoved = valued({ name: 'positions as they are', couplings: unmovedCouplings(pair) })
  const least = lowest * (1 + 1e-9)
  if (unmoved.total <= least || !pair.free.includes(true)) return [unmoved, unmoved]
  const ends = searchCouplings(pair, { power: norm === 'l1' ? 1 : 2, keepOn })
  const searched = ends.map(({ name, couplings }) => valued({ name: `search from ${name}`, couplings }))
  const ranked = [...searched, unmoved].sort((x, y) => x.total - y.total)
  const longest = Math.max(...ranked[0].couplings.map(({ measure }) => measure.length))
  if (norm === 'cut' && longest <= largestExchange && ranked[0].total > least) {
    for (const end of ranked.slice(0, exchangedEnds)) {
      if (!keepOn()) break
      const played = playCouplings(pair, end.couplings, keepOn)
      ranked.push(valued({ ...end, couplings: exchangePlaces(pair, played, keepOn) }))
    }
  }
  // Couplings may divide bins and come closer than any permutation; where permutations are few, none of them is missed.
  for (const couplings of everyRelabelling(pair) ?? []) {
    if (!keepOn()) break
    ranked.push(valued({ name: 'every permutation', couplings }))
  }
  return [ranked.reduce((best, next) => (next.total < best.total ? next : best)), unmoved]
}

function lowerBound(pair: LayeredPair, l: number, norm: NormName): LowerBound {
  return relabellingLowerBound(norm, {
    a: pair.a[l],
    b: pair.b[l],
    rowA: pair.measuresA[l + 1],
    rowB: pair.measuresB[l + 1],
    colA: pair.measuresA[l],
    colB: pair.measuresB[l],
    rowsFree: pair.free[l + 1],
    colsFree: pair.free[l],
  })
}

/** Distances of all layers under one coupling for each free axis, chosen to make their sum small. */
export function relabelLayers(pair: LayeredPair, options: RelabelOptions): RelabelledResult[] {
  const movable = pair.a.map((_, l) => pair.free[l] || pair.free[l + 1])
  const lowers = movable.map((free, l) => (free ? lowerBound(pair, l, options.norm) : { name: 'none', value: 0 }))
  const lowest = lowers.reduce((sum, { value }) => sum + value, 0)
  const [found, unmoved] = candidates(pair, options, lowest)
  const certified = ({ couplings }: Candidate) => pair.a.map((_, l) => layerDistance(pair, l, couplings, options))
  const total = (results: readonly DistanceResult[]) => results.reduce((sum, { upper }) => sum + upper, 0)
  const stay = certified(unmoved)
  const moved = found === unmoved ? stay : certified(found)
  const [best, results] = total(moved) < total(stay) ? [found, moved] : [unmoved, stay]
  return results.map(({ norm, value, upper, witness }, l): RelabelledResult => {
    const bound = movable[l] ? lowers[l] : { name: 'positions as they are', value: stay[l].lower }
    // A layer may pay for its neighbours under a common relabelling, which still bounds its own infimum from above.
    const lower = Math.min(upper, bound.value)
    const [rowsFree, colsFree] = [pair.free[l + 1], pair.free[l]]
    return {
      norm,
      value: Math.max(value, lower),
      lower,
      upper,
      exact: lower >= upper * (1 - rounding),
      ...(witness && { witness }),
      relabel: {
        rows: rowsFree ? Array.from(best.couplings[l + 1].inA) : null,
        cols: colsFree ? Array.from(best.couplings[l].inA) : null,
        unmoved: [stay[l].lower, stay[l].upper],
        ...divided(best.couplings[l + 1], best.couplings[l], rowsFree, colsFree),
      },
      bounds: { lower: lower > 0 ? bound.name : 'none', upper: best.name },
    }
  })
}

/** Both couplings as lists, if one of them is more than a permutation. */
function divided(rows: Coupling, cols: Coupling, rowsFree: boolean, colsFree: boolean): Pick<RelabelInfo, 'coupling'> {
  if (isPermutation(rows) && isPermutation(cols)) return {}
  const list = ({ inA, inB, measure }: Coupling): CouplingList => ({
    a: Array.from(inA),
    b: Array.from(inB),
    measure: Array.from(measure),
  })
  return { coupling: { rows: rowsFree ? list(rows) : null, cols: colsFree ? list(cols) : null } }
}
