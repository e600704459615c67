import { exchanged } from './coupling.js'
import type { Cut } from '../cut/cut-border.js'
import { alignLayer, type AlignedLayer, type Couplings, type LayeredPair } from './layered.js'
import { quickCut } from '../cut/quick-cut.js'

/** Evaluations of the layers around an axis that exchanging may spend. */
const evaluations = 240
/** Places tried on each side of a set. */
const candidates = 4

/** For each place of one side of a layer the integral of A − B over it and the cut's set on the other side. */
function excess({ a, b, rowMeasure, colMeasure }: AlignedLayer, cut: Cut, byRow: boolean): Float64Array {
  const result = new Float64Array(byRow ? a.rows : a.cols)
  const all = (n: number) => Array.from({ length: n }, (_, k) => k)
  for (const i of byRow ? all(a.rows) : cut.rows) {
    for (const j of byRow ? cut.cols : all(a.cols)) {
      const at = i * a.cols + j
      result[byRow ? i : j] += (a.data[at] - b.data[at]) * rowMeasure[i] * colMeasure[j]
    }
  }
  return result
}

interface Looked {
  readonly layer: AlignedLayer
  readonly cut: Cut
}

/**
 * Exchanges bins of the first function between two places as long as that lowers the sum of the layers' cuts: one place inside
 * the set that a large cut found, which adds most to it, against one outside, which would add least.
 */
export function exchangePlaces(pair: LayeredPair, start: Couplings, keepOn: () => boolean = () => true): Couplings {
  let couplings = start
  let spent = 0
  const look = (tried: Couplings, l: number): Looked => {
    const layer = alignLayer(pair, l, tried)
    return { layer, cut: quickCut(layer) }
  }
  const total = (looked: readonly Looked[]) => looked.reduce((sum, { cut }) => sum + cut.value, 0)
  let now = pair.a.map((_, l) => look(couplings, l))
  /** The first of the promising exchanges on an axis that lowers the sum, made. */
  const exchange = (l: number, axis: number): boolean => {
    const byRow = axis === l + 1
    const { layer, cut } = now[l]
    const value = excess(layer, cut, byRow)
    const inside = new Set(byRow ? cut.rows : cut.cols)
    const sign = Math.sign([...inside].reduce((sum, i) => sum + value[i], 0))
    const ranked = Array.from(value.keys()).sort((i, j) => sign * (value[j] - value[i]) || i - j)
    const most = ranked.filter((i) => inside.has(i)).slice(0, candidates)
    const least = ranked.filter((i) => !inside.has(i)).slice(-candidates)
    for (const [x, y] of most.flatMap((i) => least.map((j) => [i, j]))) {
      if (spent >= evaluations || !keepOn()) return false
      spent++
      const tried = couplings.map((own, k) => (k === axis ? exchanged(own, x, y) : own))
      const next = now.map((own, k) => (k === axis || k === axis - 1 ? look(tried, k) : own))
      if (total(next) < total(now) * (1 - 1e-9)) {
        couplings = tried
        now = next
        return true
      }
    }
    return false
  }
  const moves = pair.a.flatMap((_, l) => [l, l + 1].filter((axis) => pair.free[axis]).map((axis) => [l, axis]))
  while (spent < evaluations && moves.some(([l, axis]) => exchange(l, axis)));
  return couplings
}
