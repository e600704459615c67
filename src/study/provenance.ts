import type { StudyScope } from './vocabulary.js'

/** Where a study's numbers come from. */
export interface Provenance {
  readonly title: string
  /** The study file's text, as it was run. */
  readonly study: string
  readonly limnVersion: string
  /** What ran the program, with its version: `Node 24.1.0`. */
  readonly runtime: string
  readonly kernelBuild: string
  readonly seed: number
  readonly data: string
  readonly samples: number
  readonly inputs: number
  readonly classes: number
  /** Classes that occur in the samples used. */
  readonly classesPresent: number
  readonly hiddenLayers: readonly number[]
  readonly trials: number
  readonly bins: number
  readonly activation: string
  readonly convention: string
  readonly scope: StudyScope
  readonly runs: number
}
