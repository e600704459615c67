import { matrix } from '../../linalg/matrix.js'
import { randomStream } from '../../random/random.js'
import { bordered, cutOfSigns, type Cut } from './cut-border.js'
import { climbSigns, plainStarts } from './cut-search.js'
import { alignLayer, byArea, type AlignedLayer, type LayeredPair, type Relabelling } from './layered.js'

/** Evaluations of all layers that swapping may spend. */
const evaluations = 160
/** Pairs of bins tried on each side of a layer. */
const candidates = 4
const randomStarts = 4

/** A large cut of A − B, found quickly. */
function quickCut({ a, b, rowMeasure, colMeasure }: AlignedLayer): Cut {
  const e = byArea(
    matrix(
      a.rows,
      a.cols,
      a.data.map((value, k) => value - b.data[k]),
    ),
    rowMeasure,
    colMeasure,
  )
  const m = bordered(e)
  return cutOfSigns(e, climbSigns(m, plainStarts(m, randomStarts, randomStream(0, 'quick cut', m.rows, m.cols))))
}

/** For each bin of one side of a layer the integral of A − B over it and the cut's set on the other side. */
function excess(layer: AlignedLayer, cut: Cut, byRow: boolean): Float64Array {
  const { a, b, rowMeasure, colMeasure } = layer
  const result = new Float64Array(byRow ? a.rows : a.cols)
  for (const i of byRow ? (a.rows === 0 ? [] : Array.from({ length: a.rows }, (_, k) => k)) : cut.rows) {
    for (const j of byRow ? cut.cols : Array.from({ length: a.cols }, (_, k) => k)) {
      const at = i * a.cols + j
      result[byRow ? i : j] += (a.data[at] - b.data[at]) * rowMeasure[i] * colMeasure[j]
    }
  }
  return result
}

/**
 * Exchanges two bins of the first function as long as that lowers the sum of the layers' cuts: one inside the set that a
 * large cut found, which adds most to it, against one outside, which would add least. Bins that unequal measures have cut
 * finer are left alone.
 */
export function swapBins(pair: LayeredPair, start: Relabelling): Relabelling {
  let order = start
  let spent = 0
  const look = (tried: Relabelling) => {
    spent++
    const layers = pair.a.map((_, l) => alignLayer(pair, l, tried))
    const cuts = layers.map(quickCut)
    return { layers, cuts, total: cuts.reduce((sum, { value }) => sum + value, 0) }
  }
  let now = look(order)
  for (let improved = true; improved && spent < evaluations;) {
    improved = false
    for (const [l, cut] of now.cuts.entries()) {
      for (const axis of [l, l + 1]) {
        if (!pair.free[axis] || improved) continue
        const byRow = axis === l + 1
        const value = excess(now.layers[l], cut, byRow)
        if (value.length !== order[axis].length) continue
        const inside = new Set(byRow ? cut.rows : cut.cols)
        const sign = Math.sign([...inside].reduce((sum, i) => sum + value[i], 0))
        const ranked = Array.from(value.keys()).sort((i, j) => sign * (value[j] - value[i]) || i - j)
        const most = ranked.filter((i) => inside.has(i)).slice(0, candidates)
        const least = ranked.filter((i) => !inside.has(i)).slice(-candidates)
        for (const [i, j] of most.flatMap((i) => least.map((j) => [i, j]))) {
          if (improved || spent >= evaluations) break
          const swapped = order[axis].slice()
          ;[swapped[i], swapped[j]] = [swapped[j], swapped[i]]
          const tried = order.map((own, k) => (k === axis ? swapped : own))
          const next = look(tried)
          if (next.total < now.total * (1 - 1e-9)) {
            order = tried
            now = next
            improved = true
          }
        }
      }
    }
  }
  return order
}
