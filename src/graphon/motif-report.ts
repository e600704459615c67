import type { GraphonChain } from './chain.js'
import { countingBound, motifDensities, type MotifName, type MotifOptions } from './motifs.js'

/** One motif in one matrix of two chains, beside what the cut norm allows. */
export interface MotifComparison {
  readonly motif: MotifName
  /** Homomorphism density in the first chain. */
  readonly a: number
  /** In the second. */
  readonly b: number
  /** |a − b| */
  readonly difference: number
  /** e(F) times the cut distance, at most 1: `difference` cannot exceed it. */
  readonly bound: number
}

export interface MotifReport {
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  /** The upper bound of the cut norm or distance that was given. */
  readonly cut: number
  readonly motifs: readonly MotifComparison[]
}

/**
 * The counting lemma beside the cut norm: densities of every motif in both chains, their difference, and the bound that a
 * cut norm or cut distance puts on it. The chains may cut their hidden layers differently, since densities ignore labels.
 *
 * @param cuts certified upper bound per matrix, for example `upper` of `distanceChains` with the norm `cut`
 * @param options which motifs; default all
 * @throws RangeError when the chains or bounds differ in number, or a bound is negative or no number
 */
export function motifReport(
  a: GraphonChain,
  b: GraphonChain,
  cuts: readonly number[],
  options: Pick<MotifOptions, 'names' | 'kernels'> = {},
): MotifReport[] {
  if (!(a.W.length === b.W.length && a.W.length === cuts.length)) {
    const got = `${a.W.length}, ${b.W.length} and ${cuts.length}`
    throw new RangeError(`motifReport: expected as many matrices in both chains as cut bounds, got ${got}`)
  }
  const densities = ({ W, measures }: GraphonChain, l: number) => {
    const [rowMeasure, colMeasure] = [measures.at(l), l > 0 ? measures[l - 1] : undefined]
    return motifDensities(W[l], { ...options, ...(rowMeasure && { rowMeasure }), ...(colMeasure && { colMeasure }) })
  }
  return cuts.map((cut, l) => {
    if (!(cut >= 0)) throw new RangeError(`motifReport: expected a cut bound of at least 0, got ${cut}`)
    const [inA, inB] = [densities(a, l), densities(b, l)]
    const compared = [...inA].map(([motif, value]): MotifComparison => {
      const other = inB.get(motif)!
      const bound = Math.min(1, countingBound(motif, cut))
      return { motif, a: value, b: other, difference: Math.abs(value - other), bound }
    })
    return { matrix: l + 1, cut, motifs: compared }
  })
}
