import type { TensorMap } from '../data/tensor.js'
import type { Setting, Scope } from './vocabulary.js'

/** What identifies one pruned network, or with `trial: null` all trials of one method, density and width. */
export interface JobKey {
  readonly method: string
  readonly density: number
  /** Whether all matrices share one budget or each has its own. */
  readonly scope: Scope
  readonly sizes: readonly number[]
  readonly width: number
  readonly trial: number | null
  /** Which piece of what is computed in pieces, from 0; absent where it is whole. */
  readonly part?: number
}

/** One independent piece of a study: what is to be computed, of which kind, from which other results. */
export interface Job extends JobKey {
  /** Name of its kind in the table of kinds. */
  readonly kind: string
  /** File-safe name, unique in the study; ends in a hash of everything the result depends on. */
  readonly id: string
  /** Ids of the jobs whose results this one reads, under the names that its kind gives them. */
  readonly needs: Readonly<Record<string, readonly string[]>>
  /** Expected seconds of one thread on the machine of docs/performance.md: for progress, order and foresight. */
  readonly cost: number
}

/** Ids of all the jobs whose results a job reads. */
export const neededIds = ({ needs }: Pick<Job, 'needs'>): string[] => Object.values(needs).flat()

/** The setting of a job's networks. */
export const settingOf = ({ density, scope, sizes }: JobKey): Setting => ({
  density,
  scope,
  hiddenLayers: sizes.length - 2,
})

/** Whether a text can be the {@link Job.id} of a job: no path, and no name that a file system reads in its own way. */
export const isJobId = (text: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9.+-]{0,199}$/.test(text) && !text.includes('..')

/** One row of a result's table, with the columns that it fills. */
export type ResultRow = Readonly<Record<string, string | number | boolean | null>>

/** What a job leaves behind, as it is stored: table rows for people and queries, arrays for later jobs. */
export interface JobResult {
  readonly rows: readonly ResultRow[]
  readonly arrays: TensorMap
}

/** An array of a result that is too large to hold, and is read piece by piece. */
export interface StoredArray {
  readonly shape: readonly number[]
  /** Fills `into` with f64 elements, from one on. */
  readonly read: (into: Float64Array, from: number) => void
}

/** A result whose arrays stay where they are stored. */
export interface OpenResult {
  readonly rows: readonly ResultRow[]
  readonly arrays: ReadonlyMap<string, StoredArray>
  close(): void
}

/** A file of a result that cannot be believed, and why. */
export interface Damage {
  readonly file: string
  readonly problem: string
}

/**
 * Where results are kept: a folder, memory, a bucket. A result is there wholly or not at all; one that is there may have
 * been damaged since.
 */
export interface ResultStore {
  has(id: string): Promise<boolean>
  /** Why a result that is there cannot be believed: it is not, to the last bit, what this job left. Undefined when it can. */
  damage(id: string): Promise<Damage | undefined>
  /** @throws Error when the result is missing or cannot be believed */
  read(id: string): Promise<JobResult>
  /**
   * A result whose f64 arrays are read piece by piece. Absent where the store can only read them whole.
   *
   * @throws Error as {@link read}
   */
  open?(id: string): Promise<OpenResult>
  write(id: string, result: JobResult): Promise<void>
  /** Ids of all results that are there, by one look. Absent where the store can only be asked for each. */
  list?(): Promise<ReadonlySet<string>>
  /** Forgets a result, which is then computed anew. Absent where the store keeps all. */
  remove?(id: string): Promise<void>
}
