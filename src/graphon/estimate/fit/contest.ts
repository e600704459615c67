import { mean } from '../../../linalg/statistics.js'
import type { Matrix } from '../../../linalg/matrix.js'
import type { Values } from '../estimators/estimator.js'
import type { Fit } from './fit.js'
import { drawFolds, heldOutRounds, holdOut, type HeldOut, type HeldOutOptions } from './held-out.js'

/** Squared errors on the same held-out entries, so that differences between two estimates are compared entry by entry. */
export interface Scores {
  /** Per fold, over the held-out entries of all matrices. */
  readonly errors: readonly Float64Array[]
  /** Their sum. */
  readonly squares: number
}

export interface Scored<Setting> extends Scores {
  readonly setting: Setting
}

/** Entries held out of some matrices, drawn once, that any number of estimates are judged on. */
export interface Contest {
  readonly matrices: readonly Values[]
  readonly seed: number
  /** Per fold and matrix. */
  readonly rounds: readonly (readonly HeldOut[])[]
  /** What the density of every matrix alone misses. */
  readonly constant: Scores
}

/** After a fold, a setting this many standard errors behind the best is given up. */
const hopeless = 4
/** Structure is what errs less than the density alone by more than this many standard errors. */
const shown = 2

/** Fits settings to what is left of the matrices in one fold; `fold` tells folds apart, for those who keep their work. */
export type Prepare<Setting> = (train: readonly Matrix[], fold: number) => (setting: Setting) => readonly Fit[]

const total = (errors: readonly Float64Array[]): number =>
  errors.reduce((sum, fold) => sum + fold.reduce((a, b) => a + b, 0), 0)

function squaredErrors(matrices: readonly Values[], held: readonly HeldOut[], fits: readonly Fit[]): Float64Array {
  const errors = new Float64Array(held.reduce((sum, { test }) => sum + test.length, 0))
  let place = 0
  held.forEach(({ test }, l) => {
    const found = fits[l].at(test)
    const { data } = matrices[l]
    for (let k = 0; k < test.length; k++) errors[place++] = (data[test[k]] - found[k]) ** 2
  })
  return errors
}

/** Draws the held-out entries of a contest. */
export function holdContest(matrices: readonly Values[], { seed, most, purpose = 'tune' }: HeldOutOptions): Contest {
  const entries = matrices.reduce((sum, { data }) => sum + data.length, 0)
  const foldOf = matrices.map(({ data, rows, cols }, l) => drawFolds(data.length, seed, purpose, l, rows, cols))
  const rounds = Array.from({ length: heldOutRounds(entries, most) }, (_, fold) =>
    matrices.map((values, l) => holdOut(values, foldOf[l], fold)),
  )
  const errors = rounds.map((held) => {
    const means = held.map(({ train }) => {
      const density = mean(train.data)
      return { at: (test: Int32Array) => new Float64Array(test.length).fill(density), all: () => train }
    })
    return squaredErrors(matrices, held, means)
  })
  return { matrices, seed, rounds, constant: { errors, squares: total(errors) } }
}

/** How many standard errors `a` errs more than `b`, over the folds that both have. */
export function standardErrorsBehind(a: Pick<Scores, 'errors'>, b: Pick<Scores, 'errors'>): number {
  let [sum, squares, count] = [0, 0, 0]
  for (let fold = 0; fold < Math.min(a.errors.length, b.errors.length); fold++) {
    const [left, right] = [a.errors[fold], b.errors[fold]]
    for (let k = 0; k < left.length; k++) {
      const difference = left[k] - right[k]
      sum += difference
      squares += difference * difference
    }
    count += left.length
  }
  const variance = squares - (sum * sum) / Math.max(1, count)
  // Equal up to rounding: neither is behind.
  return variance > 1e-18 * count ? sum / Math.sqrt(variance) : 0
}

/**
 * Judges settings fold by fold. What falls hopelessly behind the best, or behind `leader`, is given up after the fold.
 *
 * @returns those that were not given up, in their order
 */
export function judge<Setting>(
  { matrices, rounds }: Contest,
  settings: readonly Setting[],
  prepare: Prepare<Setting>,
  leader?: Scores,
): Scored<Setting>[] {
  let alive = settings.map((setting) => ({ setting, errors: [] as Float64Array[] }))
  rounds.forEach((held, fold) => {
    if (alive.length === 0) return
    const fit = prepare(
      held.map(({ train }) => train),
      fold,
    )
    for (const { setting, errors } of alive) errors.push(squaredErrors(matrices, held, fit(setting)))
    const sums = alive.map(({ errors }) => total(errors))
    const rivals = [alive[sums.indexOf(Math.min(...sums))], ...(leader ? [leader] : [])]
    alive = alive.filter((one) => rivals.every((rival) => !(standardErrorsBehind(one, rival) > hopeless)))
  })
  return alive.map((one) => ({ ...one, squares: total(one.errors) }))
}

/** Whether an estimate errs less than the density alone by more than chance. */
export function showsStructure({ constant }: Contest, scores: Scores): boolean {
  return standardErrorsBehind(constant, scores) > shown
}

/** The estimate that errs least, the first of equals. */
export function leastError<One extends Scores>(scored: readonly One[]): One | undefined {
  return scored.reduce<One | undefined>((best, one) => (best && best.squares <= one.squares ? best : one), undefined)
}
