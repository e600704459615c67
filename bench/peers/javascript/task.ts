import type { Parameters } from '../../contestant.js'
import type { TaskResult } from '../../serve.js'

/** A library's side of a case: reads the inputs and returns what is to be timed. */
export interface LibraryTask {
  /** Its name in the registry. */
  readonly library: string
  readonly load: (folder: string, parameters: Parameters) => Promise<() => TaskResult | Promise<TaskResult>>
}
