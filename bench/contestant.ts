import type { TensorMap } from '../src/data/tensor.js'

/** Sizes and settings of a case; every contestant is given the same. */
export type Parameters = Readonly<Record<string, number>>

/** What a contestant is asked to compute. */
export interface Assignment {
  /** Folder with the inputs, one .npy file each. */
  readonly folder: string
  readonly parameters: Parameters
  readonly threads: number
}

/** One timed run. */
export interface Timing {
  readonly seconds: number
  /** Largest resident memory of the contestant's process so far. */
  readonly peakBytes: number
}

/** Names and versions of what a contestant runs on. */
export type Versions = Readonly<Record<string, string>>

/** One side of a comparison: a process that is kept alive through the whole case. */
export interface Contestant {
  readonly name: string
  load(assignment: Assignment): Promise<Versions>
  run(): Promise<Timing>
  /** The arrays that the last run computed. */
  answer(): Promise<TensorMap>
  close(): Promise<void>
}
