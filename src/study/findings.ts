import type { jobKinds } from './jobs.js'
import type { JobKinds } from './jobs/kind.js'
import type { MethodLimitation } from './own-modules.js'
import type { Protocol } from './protocol.js'
import type { Provenance } from './provenance.js'
import type { Setting } from './vocabulary.js'

export type { ClosedFormFinding, ClosedFormMatrix } from './jobs/closed-form.js'
export type { ConvergenceFinding, ConvergencePoint } from './jobs/convergence.js'
export type { SpectrumFinding } from './jobs/dense.js'
export type { GraphonFinding, Prediction, PruningFinding, TrainingFinding } from './jobs/kernel.js'
export type { CountingFinding, MotifFinding, MotifRatio } from './jobs/motifs.js'
export type { UntrainedFinding } from './jobs/run.js'
export type { DegreeFinding, StructureFinding, StructureMatrix } from './jobs/mask-structure.js'
export type { TopSpectrumFinding } from './jobs/top-spectrum.js'
export type { TrendFinding, VerdictFinding } from './jobs/verdicts.js'
export type { Protocol } from './protocol.js'
export type { Provenance } from './provenance.js'
export { kernelKinds, rungs, type KernelKind, type Rung, type Setting, type Untrained } from './vocabulary.js'

/** One job that could not be computed, and why. */
export interface FailedFinding extends Setting {
  readonly kind: string
  /** What the result is of, as tables say it. */
  readonly label: string
  readonly method: string
  readonly width: number
  /** null for what rests on all trials. */
  readonly trial: number | null
  readonly reason: string
}

/** What a study says of itself, whatever it computes. */
export interface StudyFacts {
  readonly provenance: Provenance
  readonly protocol: Protocol
  readonly methods: readonly string[]
  /** What graphons cannot know of the methods' masks, from their criteria. */
  readonly limitations: readonly MethodLimitation[]
  readonly widths: readonly number[]
  readonly densities: readonly number[]
  /** All combinations that were run. */
  readonly settings: readonly Setting[]
  /** What could not be computed; whatever else there is stands without it. */
  readonly failed: readonly FailedFinding[]
}

export type ListsOf<Kind> = Kind extends { findings(...given: never[]): infer Found } ? Awaited<Found> : never
export type Together<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** The lists that the kinds of a table give. */
export type FoundBy<Kinds extends JobKinds> = Together<ListsOf<Kinds[keyof Kinds]>>

/**
 * Everything a report shows of a finished study, as plain data: what the study says of itself, and the lists that its kinds
 * of jobs give. Figures and pages are functions of this alone. It holds no times, so that an interrupted and resumed study
 * gives the same report, byte for byte.
 */
export interface Findings extends StudyFacts, Readonly<FoundBy<typeof jobKinds>> {}
