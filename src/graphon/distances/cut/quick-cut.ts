import { matrix } from '../../../linalg/matrix.js'
import { randomStream } from '../../../random/random.js'
import { bordered, cutOfSigns, type Cut } from './cut-border.js'
import { climbSigns, plainStarts } from './cut-search.js'
import { alignLayer, byArea, type AlignedLayer, type Couplings, type LayeredPair } from '../relabel/layered.js'

const randomStarts = 4

/** A large cut of A − B, found quickly: often the largest, never proven to be. */
export function quickCut({ a, b, rowMeasure, colMeasure }: AlignedLayer): Cut {
  const apart = a.data.map((value, k) => value - b.data[k])
  const e = byArea(matrix(a.rows, a.cols, apart), rowMeasure, colMeasure)
  const m = bordered(e)
  return cutOfSigns(e, climbSigns(m, plainStarts(m, randomStarts, randomStream(0, 'quick cut', m.rows, m.cols))))
}

/** Sum over the layers of the value of {@link quickCut}: what a search for couplings compares. */
export function quickCuts(pair: LayeredPair, couplings: Couplings): number {
  return pair.a.reduce((sum, _, l) => sum + quickCut(alignLayer(pair, l, couplings)).value, 0)
}
