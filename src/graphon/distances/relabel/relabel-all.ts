import type { Coupling } from './coupling.js'
import { unmovedCouplings, type Couplings, type LayeredPair } from './layered.js'

/** Relabellings that are tried one by one. */
export const mostRelabellings = 3000

/** All orders of n things, lexicographic. */
function orders(n: number): Int32Array[] {
  const found: Int32Array[] = []
  const grow = (prefix: readonly number[]): void => {
    if (prefix.length === n) found.push(Int32Array.from(prefix))
    for (let k = 0; k < n; k++) if (!prefix.includes(k)) grow([...prefix, k])
  }
  grow([])
  return found
}

const even = (measure: Float64Array): boolean => measure.every((value) => value === measure[0])

/**
 * Every relabelling of bins by permutations, where these are few: the free axes have equally many bins of one measure in both
 * functions, and there are at most {@link mostRelabellings}. Undefined where there are more, or where bins have to be divided.
 */
export function everyRelabelling(pair: LayeredPair): Couplings[] | undefined {
  const axes = pair.free.flatMap((free, axis) => (free ? [axis] : []))
  const alike = axes.every((axis) => {
    const [mu, nu] = [pair.measuresA[axis], pair.measuresB[axis]]
    return mu.length === nu.length && even(mu) && even(nu)
  })
  if (!alike) return undefined
  let count = 1
  for (const axis of axes) {
    for (let k = 2; k <= pair.measuresA[axis].length && count <= mostRelabellings; k++) count *= k
  }
  if (count > mostRelabellings) return undefined
  const choices = unmovedCouplings(pair).map((same, axis): readonly Coupling[] => {
    if (!pair.free[axis]) return [same]
    return orders(same.measure.length).map((inA) => ({ ...same, inA }))
  })
  return choices.reduce<Coupling[][]>(
    (all, own) => all.flatMap((couplings) => own.map((coupling) => [...couplings, coupling])),
    [[]],
  )
}
