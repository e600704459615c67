import { matrix } from '../../../linalg/matrix.js'
import type { Coupling } from './coupling.js'
import { rowCosts, type Power } from './coupling-costs.js'
import { addCosts, startingCouplings, type Start } from './coupling-starts.js'
import { alignLayer, neighbours, type Couplings, type LayeredPair } from './layered.js'
import { transport } from './transport.js'

/** Where a search ended, and the start it came from. */
export interface End extends Start {
  /** Σ over layers of the weighted ∫ |A − B|^power. */
  readonly value: number
}

export interface SearchOptions {
  readonly power: Power
  /** Asked between steps; false ends the search with what is there. Default: always true. */
  readonly keepOn?: () => boolean
}

/** Relative gain below which a round has not improved anything. */
const least = 1e-9

/** Weights that make all layers count alike: one over the integral of |A|^power + |B|^power. */
function layerWeights(pair: LayeredPair, power: Power): number[] {
  return pair.a.map((_, l) => {
    const size = (side: 'a' | 'b') => {
      const { cols, data } = pair[side][l]
      const measures = side === 'a' ? pair.measuresA : pair.measuresB
      const [row, col] = [measures[l + 1], measures[l]]
      return data.reduce(
        (sum, value, k) => sum + row[Math.floor(k / cols)] * col[k % cols] * Math.abs(value) ** power,
        0,
      )
    }
    const total = size('a') + size('b')
    return total > 0 ? 1 / total : 0
  })
}

/** Σ over layers of weight · ∫ |A − B|^power under the couplings. */
function objective(pair: LayeredPair, weights: readonly number[], couplings: Couplings, power: Power): number {
  return pair.a.reduce((total, _, l) => {
    const { a, b, rowMeasure, colMeasure } = alignLayer(pair, l, couplings)
    let part = 0
    for (let i = 0; i < a.rows; i++) {
      let row = 0
      for (let j = 0; j < a.cols; j++) {
        const apart = Math.abs(a.data[i * a.cols + j] - b.data[i * a.cols + j])
        row += colMeasure[j] * (power === 2 ? apart * apart : apart)
      }
      part += rowMeasure[i] * row
    }
    return total + weights[l] * part
  }, 0)
}

/** The coupling of one axis that is best while the others stay: an exact transport plan. */
function bestCoupling(
  pair: LayeredPair,
  weights: readonly number[],
  axis: number,
  couplings: Couplings,
  power: Power,
): Coupling {
  const [mu, nu] = [pair.measuresA[axis], pair.measuresB[axis]]
  const cost = matrix(mu.length, nu.length)
  for (const { l, a, b, across } of neighbours(pair, axis)) {
    addCosts(cost, weights[l], rowCosts(a, b, couplings[across], power))
  }
  return transport(cost, mu, nu).coupling
}

/** Block coordinate descent from one start: one axis after the other gets its best coupling, until none improves. */
function descend(pair: LayeredPair, weights: readonly number[], start: Start, options: SearchOptions): End {
  const { power, keepOn = () => true } = options
  const axes = pair.free.flatMap((free, axis) => (free ? [axis] : [])).reverse()
  const longest = Math.max(...[...pair.measuresA, ...pair.measuresB].map(({ length }) => length))
  const rounds = Math.min(30, Math.max(3, Math.floor(2e9 / longest ** 3)))
  let best: End = { ...start, value: objective(pair, weights, start.couplings, power) }
  for (let round = 0; round < rounds && keepOn(); round++) {
    const couplings = [...best.couplings]
    // A start may be good on one axis only: the axes that follow are fitted to it before it is touched itself.
    for (const axis of axes) couplings[axis] = bestCoupling(pair, weights, axis, couplings, power)
    const value = objective(pair, weights, couplings, power)
    if (!(value < best.value * (1 - least))) break
    best = { ...best, couplings, value }
  }
  return best
}

/** Work of one round in absolute values, which no product of matrices does. */
const absoluteLimit = 2e8

/** Ends that are improved in absolute values. */
const absoluteEnds = 4

/**
 * Couplings of the free axes that bring two layered functions close: co-optimal transport (Redko, Vayer, Flamary and Courty
 * 2020), the bipartite form of Gromov–Wasserstein, with hidden axes shared by the layers on both sides. From each of
 * {@link startingCouplings} by block coordinate descent, every step of which solves a transport problem exactly. A local
 * optimum: the problem is quadratic and not convex. Deterministic, unless `keepOn` is not.
 *
 * @returns the distinct ends, closest first
 */
export function searchCouplings(pair: LayeredPair, { power, keepOn = () => true }: SearchOptions): End[] {
  const weights = layerWeights(pair, 2)
  const starts = startingCouplings(pair, weights)
  const ends: End[] = []
  for (const start of starts) {
    if (ends.length > 0 && !keepOn()) break
    ends.push(descend(pair, weights, start, { power: 2, keepOn }))
    if (ends.at(-1)!.value === 0) break
  }
  const closest = distinct(ends)
  const work = pair.a.reduce((sum, { rows, cols }, l) => sum + rows * pair.b[l].rows * (cols + pair.b[l].cols), 0)
  if (power === 1 && work <= absoluteLimit) return inAbsolute(pair, closest, keepOn)
  return closest
}

function inAbsolute(pair: LayeredPair, ends: readonly End[], keepOn: () => boolean): End[] {
  const weights = layerWeights(pair, 1)
  return distinct(ends.slice(0, absoluteEnds).map((end) => descend(pair, weights, end, { power: 1, keepOn })))
}

/** Closest first, each coupling once. */
function distinct(ends: readonly End[]): End[] {
  const keys = new Set<string>()
  const key = ({ couplings }: End) => couplings.map(({ inA, inB }) => `${inA.join()}/${inB.join()}`).join(';')
  return [...ends].sort((x, y) => x.value - y.value).filter((end) => !keys.has(key(end)) && keys.add(key(end)))
}
