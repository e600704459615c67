import type { GraphonChain } from '../chain/chain.js'
import { commonRefinement, expand, samePartition } from '../chain/refine.js'
import { distance, type DistanceResult } from './distance.js'
import type { NormOptions } from './norm.js'
import type { NormName } from './norms.js'
import { NumbersError } from '../../numbers-error.js'

/** A layer's common positions, and where they lie in each chain; no map where the bins are those already. */
interface Common {
  readonly measure?: Float64Array
  readonly inA?: Int32Array
  readonly inB?: Int32Array
}

function common(a: Float64Array, b: Float64Array): Common {
  return samePartition(a, b) ? { measure: a } : commonRefinement(a, b)
}

/** @throws RangeError when two chains differ in the number of matrices, of input coordinates, or of classes */
export function checkChains(caller: string, a: GraphonChain, b: GraphonChain): void {
  const expected = (what: string, left: number, right: number) => {
    if (left !== right) {
      throw new NumbersError(`${caller}: expected two chains with equal numbers of ${what}, got ${left} and ${right}`)
    }
  }
  expected('weight matrices', a.W.length, b.W.length)
  expected('input coordinates', a.W[0].cols, b.W[0].cols)
  expected('classes', a.W.at(-1)!.rows, b.W.at(-1)!.rows)
}

/**
 * Distances of two chains, one per weight matrix l = 1 … L + 1, weighted by bin measures. Positions are intervals in
 * order: where two chains cut a hidden layer differently, both are refined to the union of the breakpoints. Input
 * coordinates and classes have equal weights.
 *
 * @throws RangeError when the chains differ in the number of matrices, of input coordinates, or of classes
 *
 * @example
 * import { constantChain } from 'limn'
 * import { distanceChains } from 'limn/graphon'
 *
 * const shape = { inputs: 2, classes: 2, hidden: [2] }
 * const distances = distanceChains(constantChain(shape, 0.5), constantChain(shape, 0.3), { norm: 'cut' })
 * console.log(distances.map(({ value }) => value.toFixed(4))) // [ '0.2000', '0.2000' ]
 */
export function distanceChains(
  a: GraphonChain,
  b: GraphonChain,
  { norm, ...options }: { readonly norm: NormName } & NormOptions,
): DistanceResult[] {
  checkChains('distanceChains', a, b)
  // Input coordinates and classes need no map and have uniform measures.
  const axes: Common[] = [{}, ...a.measures.map((measure, l) => common(measure, b.measures[l])), {}]
  return a.W.map((m, i) => {
    const [into, out] = [axes[i], axes[i + 1]]
    return distance(expand(m, out.inA, into.inA), expand(b.W[i], out.inB, into.inB), {
      norm,
      ...options,
      ...(out.measure && { rowMeasure: out.measure }),
      ...(into.measure && { colMeasure: into.measure }),
    })
  })
}
