import { measureSpectrum } from './metrics.js'

/** The metrics of a spectrum as one flat row. */
export interface SpectralSummary {
  readonly trace: number
  readonly alpha: number | null
  readonly alphaStandardError: number | null
  readonly effectiveRank: number
  readonly entropyRank: number
  readonly gap: number | null
  readonly top5Energy: number
  readonly conditionNumber: number | null
}

/**
 * The metrics that follow from eigenvalues alone; the trace is their sum. Ranks and energy of a kernel for which they are
 * not defined (zero, or without positive eigenvalue) are 0, as no direction of it learns.
 *
 * @param eigenvalues largest first
 */
export function spectralSummary(eigenvalues: ArrayLike<number>): SpectralSummary {
  let trace = 0
  for (let k = eigenvalues.length; k-- > 0;) trace += eigenvalues[k]
  const { decay, effectiveRank, entropyRank, gap, topEnergy, conditionNumber } = measureSpectrum({ eigenvalues, trace })
  return {
    trace,
    alpha: decay.alpha,
    alphaStandardError: decay.standardError,
    effectiveRank: effectiveRank ?? 0,
    entropyRank: entropyRank ?? 0,
    gap,
    top5Energy: topEnergy['5'] ?? 0,
    conditionNumber,
  }
}
