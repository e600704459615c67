import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { randomStream } from '../../../random/random.js'
import { columnSums, rowSums } from './align.js'
import type { Values } from '../estimators/estimator.js'

/** Entries of a matrix that are kept from an estimator, and what it is given in place of the matrix. */
export interface HeldOut {
  readonly train: Matrix
  /** Indices of the entries held out, row-major, increasing. */
  readonly test: Int32Array
}

/** One entry in ten is held out. */
export const folds = 10
/** Entries to test on, over all folds looked at: differences of 1 % of p(1 − p)/√n then show. */
const wantedTests = 2 ** 17
export const mostRounds = folds

export interface HeldOutOptions {
  readonly seed: number
  /** Most folds looked at. Default: all ten, of a matrix so small that they are needed. */
  readonly most?: number
  /** Fewest folds looked at: two or more show how much the fits themselves differ. Default 1. */
  readonly least?: number
  /**
   * Tells draws of folds apart. Where an estimator that tunes itself is judged on held-out entries, the two draws have to be
   * independent: what is held out of the outer one would otherwise be just what the inner one tests on. Default `tune`.
   */
  readonly purpose?: 'tune' | 'compare' | 'risk'
}

/** How many of the ten folds are worth fitting: few for a large matrix, whose single fold says enough. */
export function heldOutRounds(entries: number, most = mostRounds, least = 1): number {
  return Math.min(most, Math.max(least, Math.round((wantedTests * folds) / entries)))
}

/** Fold 0 … 9 of every entry, drawn independently: the same for the same seed and shape. */
export function drawFolds(entries: number, seed: number, ...label: (string | number)[]): Uint8Array {
  const random = randomStream(seed, 'held-out', ...label)
  return Uint8Array.from({ length: entries }, () => random.below(folds))
}

/**
 * Holds out one fold. With b_ij = min(1, r_i c_j / ρ) from the rates of the entries that remain and q = 1 − 1/`of`,
 *
 *     train_ij = b_ij + (A_ij − b_ij) / q   where the entry remains,   b_ij where it is held out,
 *
 * has the mean P_ij whatever b is (inverse probability weights with a control variate), so that an estimator needs to know
 * nothing of what is missing; b only keeps the noise that the weights add small. Entries can leave [0, 1] a little.
 */
export function holdOut(values: Values, foldOf: Uint8Array, fold: number, of = folds): HeldOut {
  const { rows, cols, data } = values
  const seen = matrix(rows, cols)
  const kept = matrix(rows, cols)
  const test: number[] = []
  for (let k = 0; k < data.length; k++) {
    if (foldOf[k] === fold) test.push(k)
    else {
      seen.data[k] = 1
      kept.data[k] = data[k]
    }
  }
  const rate = (sums: ArrayLike<number>, counts: ArrayLike<number>, overall: number) =>
    Float64Array.from({ length: sums.length }, (_, i) => (counts[i] > 0 ? sums[i] / counts[i] : overall))
  let total = 0
  for (const value of kept.data) total += value
  const overall = total / Math.max(1, data.length - test.length)
  const r = rate(rowSums(kept), rowSums(seen), overall)
  const c = rate(columnSums(kept), columnSums(seen), overall)
  const weight = of / (of - 1)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const k = i * cols + j
      const b = overall > 0 ? Math.min(1, (r[i] * c[j]) / overall) : 0
      kept.data[k] = b + seen.data[k] * weight * (kept.data[k] - b)
    }
  }
  return { train: kept, test: Int32Array.from(test) }
}

/** Σ (A − P̂)² and Σ (A − P̂)⁴ over the entries held out. */
function heldOutPowers({ data }: Values, test: Int32Array, estimate: Matrix): readonly [number, number] {
  let [squares, fourths] = [0, 0]
  for (const k of test) {
    const square = (data[k] - estimate.data[k]) ** 2
    squares += square
    fourths += square * square
  }
  return [squares, fourths]
}

/** What a candidate's estimates miss of the entries held out. */
export interface HeldOutError {
  /** Σ (A − P̂)² over all entries tested. */
  readonly squares: number
  /** The same per matrix. */
  readonly perMatrix: readonly number[]
  /** The same per fold, over all matrices. */
  readonly perFold: readonly FoldError[]
  /** Entries tested, per matrix. */
  readonly tested: readonly number[]
}

/** Errors of all candidates on the same entries. */
export function heldOutErrors<Candidate>(
  matrices: readonly Values[],
  candidates: readonly Candidate[],
  prepare: (train: readonly Matrix[]) => (candidate: Candidate) => readonly Matrix[],
  { seed, most = mostRounds, least = 1, purpose = 'tune' }: HeldOutOptions,
): HeldOutError[] {
  const entries = matrices.reduce((sum, { data }) => sum + data.length, 0)
  const foldOf = matrices.map(({ data, rows, cols }, i) => drawFolds(data.length, seed, purpose, i, rows, cols))
  const perMatrix = candidates.map(() => matrices.map(() => 0))
  const perFold = candidates.map((): FoldError[] => [])
  const tested = matrices.map(() => 0)
  for (let fold = 0; fold < heldOutRounds(entries, most, least); fold++) {
    const held = matrices.map((values, i) => holdOut(values, foldOf[i], fold))
    const inFold = held.reduce((sum, { test }) => sum + test.length, 0)
    held.forEach(({ test }, i) => (tested[i] += test.length))
    const fit = prepare(held.map(({ train }) => train))
    candidates.forEach((candidate, c) => {
      const estimates = fit(candidate)
      let [squares, fourths] = [0, 0]
      matrices.forEach((values, i) => {
        const [second, fourth] = heldOutPowers(values, held[i].test, estimates[i])
        perMatrix[c][i] += second
        squares += second
        fourths += fourth
      })
      perFold[c].push({ tested: inFold, squares, fourths })
    })
  }
  return candidates.map((_, c) => ({
    squares: perMatrix[c].reduce((a, b) => a + b, 0),
    perMatrix: perMatrix[c],
    perFold: perFold[c],
    tested,
  }))
}

/** Numbers of bins worth trying for n units: 1, 2, 3, 4, 6, 8, 12, … as long as a bin keeps two units. */
export function binLadder(n: number, most = Infinity): number[] {
  const ladder = [1]
  for (let K = 2; K <= Math.min(n / 2, most); K *= 2) {
    ladder.push(K)
    if (K * 1.5 <= Math.min(n / 2, most)) ladder.push(Math.round(K * 1.5))
  }
  return ladder
}

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
export function foldStandardError(errors: readonly FoldError[]): number {
  const sum = (value: (fold: FoldError) => number) => errors.reduce((total, fold) => total + value(fold), 0)
  const tested = sum((fold) => fold.tested)
  if (!(tested > 0)) return 0
  const mean = sum(({ squares }) => squares) / tested
  const chance = Math.max(0, sum(({ fourths }) => fourths) / tested - mean ** 2) / tested
  const used = errors.filter((fold) => fold.tested > 0)
  const J = used.length
  if (J < 2) return Math.sqrt(chance)
  const between = used.reduce((total, fold) => total + (fold.squares / fold.tested - mean) ** 2, 0) / (J - 1)
  return Math.sqrt(Math.max(chance, (1 / J + 1 / (folds - 1)) * between))
}
