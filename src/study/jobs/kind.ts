import type { KernelArithmetic } from '../../linalg/arithmetic.js'
import type { Job, JobKey, StoredArray } from '../job.js'
import type { OwnModules } from '../own-modules.js'
import type { StudyConfig } from '../schema.js'
import type { StudyData } from '../study-data.js'
import type { Finished, Outcome } from './finished.js'
import type { RecordTypes } from './record.js'

/** What a plan must know of the data, of the arithmetic, and of the modules that the study names. */
export interface DataFacts extends OwnModules {
  readonly inputs: number
  readonly classes: number
  /** Changes when any used number changes. */
  readonly fingerprint: string
  /** The same of the samples of `spectrum.samples`, where the study has that section. */
  readonly manyFingerprint?: string
  /** What everything is computed with: results of two arithmetics differ in their last bits and are never mixed. */
  readonly kernels: KernelArithmetic
}

/** What a kind plans with. */
export interface Planning {
  readonly config: StudyConfig
  readonly facts: DataFacts
  /** The jobs of a kind that stands earlier in the table. */
  jobsOf(kind: string): readonly Job[]
}

/** A job before it has its id. */
export interface PlannedJob extends JobKey {
  /** Everything that the result depends on beside the key and the results it needs. */
  readonly dependsOn: unknown
  readonly needs: Readonly<Record<string, readonly Job[]>>
  /** Expected seconds of one thread on the machine of docs/performance.md. */
  readonly cost: number
}

/** The kinds of a job's inputs by the names that it gives them. */
export type InputKinds = Readonly<Record<string, { readonly records: RecordTypes }>>

/** Results that a job reads, under its own names for them. */
export type Inputs<Kinds extends InputKinds> = {
  readonly [Name in keyof Kinds]: readonly Finished<Kinds[Name]['records']>[]
}

/** The same, each read when it is asked for. */
export type ReadInputs<Kinds extends InputKinds> = {
  readonly [Name in keyof Kinds]: () => Promise<Inputs<Kinds>[Name]>
}

/** What a job is computed from. */
export interface Work<Kinds extends InputKinds = InputKinds> {
  readonly config: StudyConfig
  readonly data: StudyData
  readonly job: Job
  readonly inputs: Inputs<Kinds>
  /** Arrays of the inputs that the kind {@link JobKind.streams}, by the inputs' names and in their order; open while it executes. */
  readonly streams: Readonly<Record<string, readonly ReadonlyMap<string, StoredArray>[]>>
}

/** What a report learns from results: lists under names that no other kind uses. */
export type Lists = Readonly<Record<string, readonly unknown[]>>

/**
 * A kind of job: what of it there is to do in a study, how one is computed, what rows it stores, and what the report learns
 * from them. {@link jobKind} makes one; `jobs.ts` is the table of all.
 */
export interface JobKind<
  Records extends RecordTypes = RecordTypes,
  Needs extends InputKinds = InputKinds,
  Found extends Lists = Lists,
> {
  /** What one result is of, as tables say it: `network`. */
  readonly label: string
  /** One sentence. */
  readonly about: string
  /** Raise when the meaning of its results changes: older ones are then computed anew. */
  readonly version: number
  readonly records: Records
  /** The kinds of its inputs, each under the name that {@link PlannedJob.needs} has for it. */
  readonly needs: Needs
  /** Inputs whose arrays together are too large to hold: they are read piece by piece, and `inputs` has none of them. Default: none. */
  readonly streams?: readonly string[]
  plan(planning: Planning): readonly PlannedJob[]
  /** Pure: the same work gives the same outcome, to the last bit. Numbers that refuse to be computed are thrown as RangeError. */
  execute(work: Work<Needs>): Outcome<Records>
  /** The names of the lists that {@link findings} gives. */
  readonly gives: readonly string[]
  /** What one result says, with those it was computed from; called in the order of methods, depths, scopes, densities, widths. */
  findings(result: Finished<Records>, inputs: ReadInputs<Needs>): Found | Promise<Found>
}

/**
 * A kind of job with the types of its records, inputs and findings.
 *
 * @example
 * import { jobKind, record } from 'limn/study'
 * import { z } from 'zod'
 *
 * // One number for the whole study: it reads no other result.
 * const answer = jobKind({
 *   label: 'answer',
 *   about: 'The answer.',
 *   version: 1,
 *   records: { answer: record('study', z.strictObject({ value: z.number().describe('the answer') })) },
 *   needs: {},
 *   gives: ['answers'],
 *   plan: () => [],
 *   execute: () => ({ records: { answer: [{ value: 42 }] }, arrays: new Map() }),
 *   findings: () => ({ answers: [42] }),
 * })
 * console.log(answer.label, Object.keys(answer.records)) // answer [ 'answer' ]
 */
export const jobKind = <Records extends RecordTypes, Needs extends InputKinds, Found extends Lists>(
  kind: JobKind<Records, Needs, Found> & {
    readonly gives: readonly (keyof Found & string)[]
    readonly streams?: readonly (keyof Needs & string)[]
  },
): JobKind<Records, Needs, Found> => kind

/** Kinds by name. */
export type JobKinds = Readonly<Record<string, JobKind>>
