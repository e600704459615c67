import { kernelWarning, levelsOf } from './levels.js'
import { measureSpectrum } from './metrics.js'

/** The metrics of a spectrum as one flat row. */
export interface SpectralSummary {
  readonly trace: number
  readonly alpha: number | null
  readonly alphaStandardError: number | null
  readonly effectiveRank: number | null
  readonly entropyRank: number | null
  readonly gap: number | null
  readonly top5Energy: number | null
  readonly conditionNumber: number | null
  /** What is wrong with the kernel, as the end of a sentence that begins with its name; null if nothing. */
  readonly warning: string | null
}

/**
 * The metrics that follow from eigenvalues alone; the trace is their sum. Ranks and energy of a kernel that is
 * zero are 0, as no direction of it learns; those of an indefinite kernel are null.
 *
 * @param eigenvalues largest first
 */
export function spectralSummary(eigenvalues: ArrayLike<number>): SpectralSummary {
  let trace = 0
  for (let k = eigenvalues.length; k-- > 0;) trace += eigenvalues[k]
  const spectrum = { eigenvalues, trace }
  const { decay, effectiveRank, entropyRank, gap, topEnergy, conditionNumber } = measureSpectrum(spectrum)
  const none = levelsOf(spectrum).definiteness === 'zero' ? 0 : null
  return {
    trace,
    alpha: decay.alpha,
    alphaStandardError: decay.standardError,
    effectiveRank: effectiveRank ?? none,
    entropyRank: entropyRank ?? none,
    gap,
    top5Energy: topEnergy['5'] ?? none,
    conditionNumber,
    warning: kernelWarning(spectrum) ?? null,
  }
}
