import { commonRefinement, type Refinement } from '../../chain/refine.js'

/**
 * A coupling of two sets of bins: place k lies in bin `inA[k]` of the first and in bin `inB[k]` of the second, and has
 * `measure[k]` > 0; summed by bin the places give the bins' measures. Places are in the order of the second's bins. A
 * permutation of equal bins is the coupling with one place for each bin; the common refinement of two partitions is the one
 * that leaves positions as they are.
 */
export type Coupling = Refinement

/** Places ordered by the second's bins, then the first's, those with both bins in common put together. */
export function tidied({ measure, inA, inB }: Coupling): Coupling {
  const order = Array.from(measure.keys()).sort((x, y) => inB[x] - inB[y] || inA[x] - inA[y])
  const kept: number[] = []
  const sums: number[] = []
  for (const k of order) {
    const last = kept.at(-1)
    if (last !== undefined && inA[last] === inA[k] && inB[last] === inB[k]) sums[sums.length - 1] += measure[k]
    else {
      kept.push(k)
      sums.push(measure[k])
    }
  }
  return {
    measure: Float64Array.from(sums),
    inA: Int32Array.from(kept, (k) => inA[k]),
    inB: Int32Array.from(kept, (k) => inB[k]),
  }
}

/** The coupling with mass `flow[j · rows + i]` on bins i of the first and j of the second. */
export function couplingOf(flow: Float64Array, rows: number): Coupling {
  const held = Array.from(flow.keys()).filter((k) => flow[k] > 0)
  return {
    measure: Float64Array.from(held, (k) => flow[k]),
    inA: Int32Array.from(held, (k) => k % rows),
    inB: Int32Array.from(held, (k) => Math.floor(k / rows)),
  }
}

const places = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)

/** Bins of both laid out as intervals in the given orders, and cut at each other's ends. Default: as they are. */
export function inOrder(
  a: Float64Array,
  b: Float64Array,
  orderA: Int32Array = places(a.length),
  orderB: Int32Array = places(b.length),
): Coupling {
  const along = (measure: Float64Array, order: Int32Array) => Float64Array.from(order, (bin) => measure[bin])
  const [first, second] = [along(a, orderA), along(b, orderB)]
  const equal = first.length === second.length && first.every((value, k) => value === second[k])
  const { measure, inA, inB } = equal
    ? { measure: first, inA: places(first.length), inB: places(first.length) }
    : commonRefinement(first, second)
  return tidied({ measure, inA: inA.map((k) => orderA[k]), inB: inB.map((k) => orderB[k]) })
}

/** Bins of both in the order of a score, largest first, ties by index: the monotone coupling. */
export function byScore(a: Float64Array, b: Float64Array, scoreA: Float64Array, scoreB: Float64Array): Coupling {
  const ranked = (score: Float64Array) =>
    Int32Array.from(Array.from(score.keys()).sort((i, j) => score[j] - score[i] || i - j))
  return inOrder(a, b, ranked(scoreA), ranked(scoreB))
}

/** Places x and y exchange their bins of the first; the larger keeps what the smaller cannot take. */
export function exchanged(coupling: Coupling, x: number, y: number): Coupling {
  const [measure, inA, inB] = [coupling.measure, coupling.inA, coupling.inB].map((values) => Array.from(values))
  const moved = Math.min(measure[x], measure[y])
  const rest = [x, y].filter((k) => measure[k] > moved)
  for (const k of rest) {
    measure.push(measure[k] - moved)
    inA.push(inA[k])
    inB.push(inB[k])
    measure[k] = moved
  }
  ;[inA[x], inA[y]] = [inA[y], inA[x]]
  return tidied({ measure: Float64Array.from(measure), inA: Int32Array.from(inA), inB: Int32Array.from(inB) })
}

/** Whether every bin of either side lies in one place: a relabelling of bins. */
export function isPermutation({ inA, inB }: Coupling): boolean {
  return new Set(inA).size === inA.length && new Set(inB).size === inB.length
}
