import type { Matrix } from '../linalg/matrix.js'

/** The samples of a study as its jobs use them. */
export interface StudyData {
  readonly name: string
  /** `[N, d]`: for kernels and training. */
  readonly x: Matrix
  readonly labels: Int32Array
  readonly classes: number
  /** `[P, d]`: for data-dependent scores. */
  readonly pruneX: Matrix
  readonly pruneLabels: Int32Array
  readonly test?: { readonly x: Matrix; readonly labels: Int32Array }
}
