import type { Kernels } from '../../src/linalg/kernels.js'
import type { Parameters } from '../contestant.js'
import type { TaskResult } from '../serve.js'

/** limn's side of a case: reads the inputs and returns what is to be timed. */
export type Task = (folder: string, parameters: Parameters, kernels: Kernels) => () => TaskResult
