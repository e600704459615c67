import type { Matrix } from '../linalg/matrix.js'

/** Samples, and what they should map to. Rows are samples. */
export interface Dataset {
  /** Where the samples come from, for messages and reports: `mnist` or a path. */
  readonly name: string
  /** `[N, d]` */
  readonly x: Matrix
  /** Class of each sample, 0 … classes − 1; beside `targets` where their rows are one-hot. */
  readonly labels?: Int32Array
  /** Number of classes; present with `labels`. */
  readonly classes?: number
  /** `[N, C]` targets; present when the source gave a matrix `y`, or numbers that are no labels. See `targetsFor`. */
  readonly targets?: Matrix
}

/** Samples with a class each. */
export interface LabelledDataset extends Dataset {
  readonly labels: Int32Array
  readonly classes: number
}
