import { requireFunction, requireName } from '../../../data/open-table.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { randomStream, type RandomStream } from '../../../random/random.js'
import { clampUnit } from '../fit/binning.js'
import { denseFit } from '../fit/fit.js'
import type { GraphonEstimator, Values } from './estimator.js'
import { smoothed } from './smoothed.js'
import { NumbersError } from '../../../numbers-error.js'

/** What an estimate may depend on. */
export interface EstimatorInput<Setting> {
  /**
   * One matrix `[rows, cols]` by itself, a copy that may be changed: 0 and 1 of a mask, weights in [0, 1], or, where entries are
   * held out, the mean of the others in their places.
   */
  readonly values: Matrix
  /** One of the definition's settings; undefined where it has none. */
  readonly setting: Setting
  /** A stream of random numbers of the estimate's seed and these labels. */
  readonly random: (...labels: (string | number)[]) => RandomStream
}

/** An estimator of graphons in a few lines. */
export interface EstimatorDefinition<Setting = undefined> {
  /** Short and stable: files and studies say it. */
  readonly name: string
  /** One sentence. */
  readonly summary?: string
  /**
   * What is tried on held-out entries; the one that errs least is taken, and the first where none errs clearly less than the
   * density alone. Default: nothing is tried.
   */
  readonly settings?: readonly Setting[]
  /** P̂, the estimated probability of every entry, `rows · cols` numbers, row by row; brought into [0, 1]. */
  readonly probabilities: (input: EstimatorInput<Setting>) => ArrayLike<number>
}

/** P̂ as a matrix. @throws RangeError when there is not one finite number for each entry */
function checked(found: ArrayLike<number>, { rows, cols }: Values, name: string): Matrix {
  const data = Float64Array.from(found, Number)
  if (data.length !== rows * cols) {
    throw new NumbersError(`${name}: expected ${rows * cols} probabilities, ${rows} × ${cols}, got ${data.length}`)
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    const place = `row ${Math.floor(wrong / cols) + 1}, column ${(wrong % cols) + 1}`
    throw new NumbersError(`${name}: expected finite probabilities, got ${data[wrong]} in ${place}`)
  }
  return clampUnit(matrix(rows, cols, data))
}

/**
 * An estimator of graphons from a function that guesses the probabilities of one matrix, for every option `estimator`, for
 * `limn graphon --estimator ./my-estimator.js` and for studies. Units are placed by the degrees of the estimates, on both sides
 * for a hidden layer; bins hold means of estimates; every input and every class keeps its own density.
 *
 * @throws TypeError when the name is no text or `probabilities` no function, RangeError when the list of settings is empty
 * @example
 * import { defineEstimator, denseMask, estimateMatrix } from 'limn'
 *
 * // The outer product of degrees, without a cap.
 * const product = defineEstimator({
 *   name: 'product',
 *   probabilities: ({ values: { rows, cols, data } }) => {
 *     const total = data.reduce((sum, value) => sum + value, 0) || 1
 *     const row = (i: number) => data.subarray(i * cols, (i + 1) * cols).reduce((sum, value) => sum + value, 0)
 *     const column = (j: number) => data.reduce((sum, value, k) => sum + (k % cols === j ? value : 0), 0)
 *     const [r, c] = [Array.from({ length: rows }, (_, i) => row(i)), Array.from({ length: cols }, (_, j) => column(j))]
 *     return data.map((_, k) => (r[Math.floor(k / cols)] * c[k % cols]) / total)
 *   },
 * })
 * console.log(estimateMatrix(denseMask(8, 8), { bins: 2, estimator: product }).W.data[0]) // 1
 */
export function defineEstimator<Setting = undefined>(definition: EstimatorDefinition<Setting>): GraphonEstimator {
  const { name, summary = `probabilities by ${name}`, settings = [undefined as Setting] } = definition
  requireName('defineEstimator', name)
  requireFunction('defineEstimator', definition, 'probabilities', definition.probabilities)
  if (!(Array.isArray(settings) && settings.length > 0)) {
    throw new NumbersError(`defineEstimator: ${name}: expected a list of at least one setting, got none`)
  }
  return smoothed<Setting>(name, summary, {
    settings: () => settings as readonly Setting[],
    prepare: (values, seed) => (setting) => {
      const copy = matrix(values.rows, values.cols, Float64Array.from(values.data))
      const random = (...labels: (string | number)[]) => randomStream(seed, 'estimator', name, ...labels)
      return denseFit(checked(definition.probabilities({ values: copy, setting, random }), values, name))
    },
  })
}
