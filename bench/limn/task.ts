import type { TensorMap } from '../../src/data/tensor.js'
import type { Kernels } from '../../src/linalg/kernels.js'
import type { Parameters } from '../contestant.js'

/** What a run leaves behind: its answer, made only when asked for, outside the timed part. */
export interface TaskResult {
  readonly answer: () => TensorMap
  /** Set by a task that repeats a small step inside one run: how long one step took. */
  readonly seconds?: number
}

/** limn's side of a case: reads the inputs and returns what is to be timed. */
export type Task = (folder: string, parameters: Parameters, kernels: Kernels) => () => TaskResult
