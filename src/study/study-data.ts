import type { Matrix } from '../linalg/matrix.js'
import type { OwnCriteria } from './own-methods.js'
import { hashNumbers } from './hash.js'

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
  /** Pruning methods that the study brings along. */
  readonly criteria?: OwnCriteria
}

/** A fingerprint of all numbers that a study's jobs use, labels included, bit for bit. */
export function dataFingerprint({ x, labels, pruneX, pruneLabels, test }: StudyData): string {
  const parts = [x.data, labels, pruneX.data, pruneLabels, ...(test ? [test.x.data, test.labels] : [])]
  return parts.map((part) => hashNumbers(part instanceof Float64Array ? part : Float64Array.from(part))).join('-')
}
