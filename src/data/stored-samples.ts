import type { Dataset } from './dataset.js'
import { FileError } from './file-error.js'
import type { Outcomes } from './outcomes.js'
import { shapeText } from './shape.js'
import { standardize } from './standardize.js'
import type { Moments } from './standardize.js'
import { takeMatrixRows } from './subset.js'
import { labelForms, targetForm } from './targets.js'
import type { Tensor } from './tensor.js'
import { NumbersError } from '../numbers-error.js'

/** Samples as a file stores them, still in the file's element type: rows not yet chosen, widened or checked. */
export interface StoredSamples {
  /** The file with the samples and the array in it, for messages. */
  readonly file: string
  readonly key?: string
  /** `[N, …]`, not empty; what follows N is flattened. */
  readonly x: Tensor
  readonly outcomes: Outcomes
}

/** @throws FileError unless `x` has a sample axis, at least one sample, and at least one entry per sample */
export function requireSamples(x: Tensor, file: string, key?: string): void {
  if (!(x.shape.length >= 2 && x.data.length > 0)) {
    throw new FileError(file, `expected samples of shape [N, d], N and d at least 1, got ${shapeText(x.shape)}`, key)
  }
}

/**
 * The dataset of chosen rows. Only these are widened to f64, and only these must be finite.
 *
 * @param rows row numbers in the order wanted, each below N
 * @param moments when given, x becomes (x − mean) / deviation
 * @throws FileError when a chosen sample is not finite, naming the file's row and column
 */
export function chooseRows(stored: StoredSamples, name: string, rows: Int32Array, moments?: Moments): Dataset {
  const { file, key, x, outcomes } = stored
  const { mean, deviation } = moments ?? { mean: 0, deviation: 1 }
  const cols = x.data.length / x.shape[0]
  const data = new Float64Array(rows.length * cols)
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i] * cols
    for (let j = 0; j < cols; j++) {
      const value = x.data[start + j]
      if (!Number.isFinite(value)) {
        throw new FileError(file, `expected finite numbers, got ${value} in row ${rows[i]}, column ${j}`, key)
      }
      data[i * cols + j] = (value - mean) / deviation
    }
  }
  const { labels, classes, targets } = outcomes
  return {
    name,
    x: { rows: rows.length, cols, data },
    ...(labels && classes !== undefined && { labels: Int32Array.from(rows, (row) => labels[row]), classes }),
    ...(targets && { targets: takeMatrixRows(targets, rows) }),
  }
}

/** How a file's rows become a dataset. */
export interface FileOptions {
  /** Number of rows, from the first on; all when absent. */
  readonly samples?: number | undefined
  /** Whether to standardise by the mean and deviation of the rows used (default false). */
  readonly standardize?: boolean | undefined
  /** Whether class labels must be there (default false). */
  readonly needLabels?: boolean | undefined
}

/** A count of rows that may be asked for: an integer from 1 to what is there. @throws FileError naming what is there */
export function requireCount(samples: number, available: number, file: string, key?: string): void {
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new NumbersError(`samples: expected a positive integer, got ${samples}`)
  }
  if (!(samples <= available)) {
    throw new FileError(file, `expected at least ${samples} samples as asked, got ${available}`, key)
  }
}

/**
 * The dataset of a file's first rows, in file order.
 *
 * @throws FileError when there are fewer rows than asked for, no labels where they are needed, an entry that is not
 * finite, or nothing to standardise by
 * @throws RangeError when the number of samples is not a positive integer
 */
export function firstRows(stored: StoredSamples, name: string, options: FileOptions = {}): Dataset {
  const { file, key, x, outcomes } = stored
  const { samples = x.shape[0], standardize: standardized = false, needLabels = false } = options
  requireCount(samples, x.shape[0], file, key)
  if (needLabels && !outcomes.labels) {
    const got = outcomes.targets ? targetForm(outcomes.targets) : 'none'
    throw new FileError(file, `expected class labels, ${labelForms}, got ${got}`, 'y')
  }
  const dataset = chooseRows(
    stored,
    name,
    Int32Array.from({ length: samples }, (_, i) => i),
  )
  if (!standardized) return dataset
  try {
    return { ...dataset, x: standardize(dataset.x) }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, error.message, key)
    throw error
  }
}
