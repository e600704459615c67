import { folds as heldFolds } from './held-out.js'

/** What an estimate misses of the entries of one fold. */
export interface FoldError {
  /** Entries tested. */
  readonly tested: number
  /** Σ (A − P̂)² */
  readonly squares: number
  /** Σ (A − P̂)⁴ */
  readonly fourths: number
}

/**
 * Standard error of the mean squared error over some of the ten folds of one set of matrices: the larger of
 *
 *     √(variance of single squared errors / entries)       the chance of the entries tested
 *     √((1/J + 1/9) · variance of the J folds' means)      and of the fits, which each fold makes anew
 *
 * Fits of two folds share most of their entries, so their errors are correlated: 1/9, the entries tested over those fitted to,
 * stands for the covariance (Nadeau and Bengio 2003, section 3). Of one fold only the first is known.
 */
export function foldStandardError(folds: readonly FoldError[]): number {
  const sum = (value: (fold: FoldError) => number) => folds.reduce((total, fold) => total + value(fold), 0)
  const tested = sum((fold) => fold.tested)
  if (!(tested > 0)) return 0
  const mean = sum(({ squares }) => squares) / tested
  const chance = Math.max(0, sum(({ fourths }) => fourths) / tested - mean ** 2) / tested
  const used = folds.filter((fold) => fold.tested > 0)
  const J = used.length
  if (J < 2) return Math.sqrt(chance)
  const between = used.reduce((total, fold) => total + (fold.squares / fold.tested - mean) ** 2, 0) / (J - 1)
  return Math.sqrt(Math.max(chance, (1 / J + 1 / (heldFolds - 1)) * between))
}
